import type { Unsubscribe } from '../../contract/message-bus.ts';
import type { Clock } from '../../foundation/clock.ts';
import { Linger } from './linger.ts';
import type { LiveStream } from './live-stream.ts';

/** Long enough that nobody who only came back a moment later finds the device busy with something else. */
const REST_AFTER_MS = 10_000;

export interface RestWatchOptions {
  readonly stream: Pick<LiveStream, 'running' | 'onChange'>;
  readonly clock: Clock;
  readonly handleRest: () => void;
}

/** Tells once, each time the camera has been off for a while: the moment for what would hold pictures up. */
export class RestWatch {
  readonly #stream: RestWatchOptions['stream'];
  readonly #linger: Linger;
  #unsubscribe: Unsubscribe = () => undefined;
  #wasRunning = false;

  constructor({ stream, clock, handleRest }: RestWatchOptions) {
    this.#stream = stream;
    this.#linger = new Linger(clock, REST_AFTER_MS, handleRest);
  }

  /** Being started is the first thing to rest from. */
  open(): void {
    this.#linger.begin();
    this.#unsubscribe = this.#stream.onChange(() => this.#handleChange());
  }

  close(): void {
    this.#unsubscribe();
    this.#linger.cancel();
  }

  #handleChange(): void {
    const isRunning = this.#stream.running;
    if (isRunning === this.#wasRunning) return;
    this.#wasRunning = isRunning;
    this.#linger.cancel();
    if (!isRunning) this.#linger.begin();
  }
}
