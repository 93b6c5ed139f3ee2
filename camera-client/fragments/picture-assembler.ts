import type { LiveViewPacket } from '../live-view.ts';
import type { AccessUnit } from '../../media/access-unit.ts';
import { avcSample } from '../../media/fragmented-mp4/avc-sample.ts';
import { findParameterSets, type ParameterSets } from '../../media/fragmented-mp4/sample-descriptions.ts';
import { H264Depacketizer } from '../../media/h264-depacketizer.ts';
import { unwrapTimestamp } from '../../media/rtp-sequence.ts';
import { equalParameterSets, type RecordedPicture } from './recorded-picture.ts';

const TICKS_PER_MS = 90;
const TICKS_PER_US = 0.09;
const SHORTEST_STEP_TICKS = 1;
const SEQUENCE_MASK = 0xffff;

/**
 * Puts the pictures of a live view together. After a loss there is none until the next key frame: a picture that was
 * predicted from one that is missing would be recorded as rubbish.
 */
export class PictureAssembler {
  #depacketizer = new H264Depacketizer();
  #parameterSets: ParameterSets | undefined;
  #isWaiting = true;
  #losses = 0;
  /** From the camera's clock to ours; undefined until the first picture of a view. */
  #offsetTicks: number | undefined;
  /** On the camera's clock, of the newest picture. */
  #cameraTicks = 0;
  #last: { readonly ticks: number; readonly atMs: number } | undefined;

  /** True until the next key frame. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** @param nowMs on a clock that never jumps. */
  push({ index, timestamp, marker, payload }: LiveViewPacket, nowMs: number): RecordedPicture[] {
    const sequenceNumber = index & SEQUENCE_MASK;
    const units = this.#depacketizer.push({ sequenceNumber, timestamp, marker, payload });
    const losses = this.#depacketizer.lostPackets + this.#depacketizer.droppedUnits;
    if (losses !== this.#losses) this.#isWaiting = true;
    this.#losses = losses;
    return units.flatMap((unit) => this.#take(unit, nowMs) ?? []);
  }

  /** The view was set up anew: what follows has another clock and begins with a key frame. */
  restart(): void {
    this.#depacketizer = new H264Depacketizer();
    this.#losses = 0;
    this.#isWaiting = true;
    this.#offsetTicks = undefined;
  }

  /** Our time of an RTP timestamp of this view's pictures, shown or not; undefined before the first one. */
  ticksAt(timestamp: number): number | undefined {
    if (this.#offsetTicks === undefined) return undefined;
    return unwrapTimestamp(this.#cameraTicks, timestamp) + this.#offsetTicks;
  }

  #take(unit: AccessUnit, nowMs: number): RecordedPicture | undefined {
    this.#learnParameterSets(unit);
    if (unit.isKeyframe && this.#parameterSets) this.#isWaiting = false;
    if (this.#isWaiting || !this.#parameterSets) return undefined;
    return {
      ticks: this.#ticksOf(unit, nowMs),
      isKeyframe: unit.isKeyframe,
      data: avcSample(unit.nalUnits),
      parameterSets: this.#parameterSets,
    };
  }

  #learnParameterSets({ nalUnits }: AccessUnit): void {
    const sets = findParameterSets(nalUnits);
    if (!sets || (this.#parameterSets && equalParameterSets(this.#parameterSets, sets))) return;
    this.#parameterSets = { sps: Buffer.from(sets.sps), pps: sets.pps.map((one) => Buffer.from(one)) };
  }

  #ticksOf({ captureTimeUs }: AccessUnit, nowMs: number): number {
    const cameraTicks = Math.round(captureTimeUs * TICKS_PER_US);
    this.#cameraTicks = cameraTicks;
    this.#offsetTicks ??= this.#firstTicks(nowMs) - cameraTicks;
    const earliest = (this.#last?.ticks ?? 0) + SHORTEST_STEP_TICKS;
    const ticks = Math.max(cameraTicks + this.#offsetTicks, earliest);
    this.#last = { ticks, atMs: nowMs };
    return ticks;
  }

  /** A new view goes on as much later as it came later. */
  #firstTicks(nowMs: number): number {
    if (!this.#last) return SHORTEST_STEP_TICKS;
    return this.#last.ticks + Math.round((nowMs - this.#last.atMs) * TICKS_PER_MS);
  }
}
