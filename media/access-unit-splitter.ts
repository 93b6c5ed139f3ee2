import type { AccessUnit } from './access-unit.ts';
import { type ArrivedNalUnit, NalUnitSplitter } from './annex-b.ts';
import { beginsAccessUnit, isCodedNalUnit, isFirstSlice, isVcl, NalType, nalTypeOf } from './h264-nal.ts';

/** An access unit grew past the splitter's limit: NAL units keep coming, but no picture ends. */
export class AccessUnitTooLargeError extends Error {
  override readonly name = 'AccessUnitTooLargeError';

  constructor(limitBytes: number, cause?: unknown) {
    super(
      `a picture is larger than ${limitBytes} bytes: the input is damaged or is not an H.264 byte stream`,
      {
        cause,
      },
    );
  }
}

export interface AccessUnitSplitterOptions {
  /** Default 4 MiB. */
  readonly maxNalUnitBytes?: number;
  /** Default 8 MiB. */
  readonly maxAccessUnitBytes?: number;
}

const DEFAULT_LIMIT_BYTES = 8 * 1024 * 1024;
const SHORTEST_SLICE_BYTES = 2;

/** The part of a picture that was given out by a flush. */
interface FlushedPart {
  readonly slices: number;
  readonly captureTimeUs: number;
}

/**
 * Cuts an H.264 byte stream (ITU-T H.264 Annex B) into access units (§7.4.1.2.3).
 *
 * On latency: a byte stream does not mark the end of a picture; only the start of the next one proves it. `push`
 * looks at the first two bytes of the next NAL unit and does not wait for more, yet that is still one frame interval
 * late (33 ms at 30 frames a second). Access unit delimiters do not help: they too come at the start. A caller whose
 * writer puts out each picture in one go (rpicam-vid --flush, ffmpeg -flush_packets 1) wins the interval back: when
 * nothing came for a few milliseconds, call `flushIfComplete`.
 */
export class AccessUnitSplitter {
  readonly #nalUnits: NalUnitSplitter;
  readonly #limitBytes: number;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #pendingSlices = 0;
  #pendingSinceUs = 0;
  #slicesPerPicture: number | undefined;
  #flushed: FlushedPart | undefined;
  #continued: FlushedPart | undefined;
  #prematureFlushes = 0;

  constructor(options: AccessUnitSplitterOptions = {}) {
    this.#nalUnits = new NalUnitSplitter(options);
    this.#limitBytes = options.maxAccessUnitBytes ?? DEFAULT_LIMIT_BYTES;
  }

  /** How many flushes turned out to have cut a picture: the caller should wait longer before it flushes. */
  get prematureFlushes(): number {
    return this.#prematureFlushes;
  }

  /**
   * Takes the next bytes, cut anywhere, and returns the access units known to be complete.
   *
   * @param nowUs the arrival of these bytes on a monotonic clock, in microseconds.
   * @throws NalUnitTooLargeError, AccessUnitTooLargeError; the splitter then goes on at the next start code, and
   *   pictures completed by the same push are lost.
   */
  push(chunk: Uint8Array, nowUs: number): AccessUnit[] {
    const completed: AccessUnit[] = [];
    for (const arrived of this.#takeNalUnits(chunk, nowUs)) {
      this.#completeIfEndedBy(arrived.nalUnit, completed);
      this.#add(arrived);
    }
    const open = this.#nalUnits.peekOpen();
    if (open !== undefined) this.#completeIfEndedBy(open.nalUnit, completed);
    return completed;
  }

  /**
   * Gives the pending picture without waiting for the next one. To be called when the writer has been silent for
   * longer than it pauses inside a picture; how long is the caller's to choose and to time.
   *
   * Guaranteed: the result has at least as many slices as the last picture whose end was proven; before the first
   * proven end there is no result. Not guaranteed: that the last slice is whole. If the writer was only slow, the
   * slice's remaining bytes are skipped and the picture is damaged; further slices of it come as an access unit of
   * their own, with the same capture time and not marked as key frame, and later flushes wait for that many slices.
   * Both raise `prematureFlushes`.
   */
  flushIfComplete(): AccessUnit | undefined {
    const open = this.#nalUnits.peekOpen();
    if (this.#slicesPerPicture === undefined || open === undefined) return undefined;
    if (open.nalUnit.length < SHORTEST_SLICE_BYTES) return undefined;
    if (!isVcl(nalTypeOf(open.nalUnit)) || this.#slicesSoFar() + 1 < this.#slicesPerPicture) return undefined;
    return this.#flush();
  }

  /** Gives the last picture when the input has ended, and starts afresh. A picture without slices is dropped. */
  endOfInput(): AccessUnit | undefined {
    const last = this.#flush();
    this.#slicesPerPicture = undefined;
    this.#flushed = undefined;
    return last;
  }

  #flush(): AccessUnit | undefined {
    const open = this.#nalUnits.flush();
    if (open !== undefined) this.#add(open);
    const slices = this.#slicesSoFar();
    const unit = this.#takePending();
    if (unit !== undefined) this.#flushed = { slices, captureTimeUs: unit.captureTimeUs };
    return unit;
  }

  #takeNalUnits(chunk: Uint8Array, nowUs: number): ArrivedNalUnit[] {
    const skippedBefore = this.#nalUnits.skippedBytes;
    try {
      return this.#nalUnits.push(chunk, nowUs);
    } catch (error) {
      this.#takePending();
      throw error;
    } finally {
      const cutSlice = this.#flushed !== undefined && this.#nalUnits.skippedBytes > skippedBefore;
      if (cutSlice) this.#prematureFlushes += 1;
    }
  }

  #completeIfEndedBy(next: Buffer, completed: AccessUnit[]): void {
    if (this.#pendingSlices === 0 || !beginsAccessUnit(next)) return;
    this.#slicesPerPicture = this.#slicesSoFar();
    const unit = this.#takePending();
    if (unit !== undefined) completed.push(unit);
  }

  #add({ nalUnit, arrivedAtUs }: ArrivedNalUnit): void {
    if (!isWorthKeeping(nalUnit)) return;
    this.#pendingBytes += nalUnit.length;
    if (this.#pendingBytes > this.#limitBytes) {
      this.#takePending();
      throw new AccessUnitTooLargeError(this.#limitBytes);
    }
    if (this.#pending.length === 0) this.#begin(nalUnit, arrivedAtUs);
    if (isVcl(nalTypeOf(nalUnit))) this.#pendingSlices += 1;
    this.#pending.push(nalUnit);
  }

  #begin(nalUnit: Buffer, arrivedAtUs: number): void {
    this.#pendingSinceUs = arrivedAtUs;
    const flushed = this.#flushed;
    this.#flushed = undefined;
    if (flushed === undefined || !isVcl(nalTypeOf(nalUnit)) || isFirstSlice(nalUnit)) return;
    this.#continued = flushed;
    this.#slicesPerPicture = flushed.slices + 1;
    this.#prematureFlushes += 1;
  }

  #slicesSoFar(): number {
    return this.#pendingSlices + (this.#continued?.slices ?? 0);
  }

  #takePending(): AccessUnit | undefined {
    const nalUnits = this.#pending;
    const hasPicture = this.#pendingSlices > 0;
    const continued = this.#continued;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#pendingSlices = 0;
    this.#continued = undefined;
    if (!hasPicture) return undefined;
    const isIdr = nalUnits.some((nalUnit) => nalTypeOf(nalUnit) === NalType.idr);
    const captureTimeUs = continued?.captureTimeUs ?? this.#pendingSinceUs;
    return { nalUnits, captureTimeUs, isKeyframe: isIdr && continued === undefined };
  }
}

function isWorthKeeping(nalUnit: Buffer): boolean {
  const type = nalTypeOf(nalUnit);
  return isCodedNalUnit(nalUnit) && type !== NalType.accessUnitDelimiter && type !== NalType.filler;
}
