import type { OpusFrame } from '../../../device/audio/opus-frame.ts';
import { SourceError } from '../../../device/capture/source-error.ts';
import type { RestartableSource, SourceSink } from '../../../device/capture/source.ts';

/** A microphone whose sound, end and stop a test gives by hand. */
export class FakeMicrophone implements RestartableSource<OpusFrame> {
  readonly description = 'the fake microphone';
  starts = 0;
  stops = 0;
  #sink: SourceSink<OpusFrame> | undefined;

  get running(): boolean {
    return this.#sink !== undefined;
  }

  start(sink: SourceSink<OpusFrame>): void {
    if (this.#sink) throw new Error('started twice');
    this.starts += 1;
    this.#sink = sink;
  }

  async stop(): Promise<void> {
    this.stops += 1;
    this.#sink = undefined;
    await Promise.resolve();
  }

  speak(arrivedAtUs: number, opus = Buffer.of(0xf8, 1, 2)): void {
    this.#sink?.handleAccessUnit({ opus, arrivedAtUs });
  }

  fail(message = 'it broke'): void {
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.handleEnd(new SourceError(message));
  }
}
