import type { Clock } from '../../device/capture/clock.ts';
import { SourceError, type SourceErrorOptions } from '../../device/capture/source-error.ts';
import type { Source, SourceSink } from '../../device/capture/source.ts';

export const SPS = Buffer.from('6742c01fda014016e8', 'hex');
export const PPS = Buffer.from('68ce3c80', 'hex');

/** A source whose pictures, end and stop a test gives by hand. */
export class FakeSource implements Source {
  readonly description = 'the fake camera';
  readonly #clock: Clock;
  starts = 0;
  stops = 0;
  keyframeRequests = 0;
  /** Set to make `stop` wait until `finishStop`. */
  isSlowToStop = false;
  #sink: SourceSink | undefined;
  #finishStop: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get running(): boolean {
    return this.#sink !== undefined;
  }

  start(sink: SourceSink): void {
    if (this.#sink) throw new Error('started twice');
    this.starts += 1;
    this.#sink = sink;
  }

  async stop(): Promise<void> {
    this.stops += 1;
    if (this.isSlowToStop) await new Promise<void>((resolve) => (this.#finishStop = resolve));
    this.#sink = undefined;
  }

  finishStop(): void {
    this.#finishStop();
  }

  requestKeyframe(): void {
    this.keyframeRequests += 1;
  }

  keyframe(options: { readonly withParameterSets?: boolean } = {}): void {
    const sets = options.withParameterSets === false ? [] : [SPS, PPS];
    this.#emit([...sets, Buffer.from('6588', 'hex')], true);
  }

  /** `bytes`: the size of the picture. */
  picture(bytes = 2): void {
    this.#emit([Buffer.concat([Buffer.from('419a', 'hex')], bytes)], false);
  }

  fail(message = 'it broke', options: SourceErrorOptions = {}): void {
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.handleEnd(new SourceError(message, options));
  }

  #emit(nalUnits: Buffer[], isKeyframe: boolean): void {
    if (!this.#sink) throw new Error('the fake camera is off');
    this.#sink.handleAccessUnit({ nalUnits, captureTimeUs: this.#clock.nowUs(), isKeyframe });
  }
}
