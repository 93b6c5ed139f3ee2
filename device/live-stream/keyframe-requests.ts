import type { Clock } from '../capture/clock.ts';
import type { Source } from '../capture/source.ts';
import type { Tally } from '../telemetry/tally.ts';

/** A key frame costs many times an ordinary picture: more often than this, viewers in trouble only make more trouble. */
const SHORTEST_INTERVAL_MS = 500;
const MICROSECONDS_PER_MILLISECOND = 1000;

/** Lets key-frame requests through to the source at most once per interval; those that come too early share one at its end. */
export class KeyframeRequests {
  readonly #clock: Clock;
  readonly #source: Pick<Source, 'requestKeyframe'>;
  readonly #tally: Pick<Tally, 'keyframeRequests'>;
  #sentAtUs = Number.NEGATIVE_INFINITY;
  #cancelPending: (() => void) | undefined;

  constructor(clock: Clock, source: Pick<Source, 'requestKeyframe'>, tally: Pick<Tally, 'keyframeRequests'>) {
    this.#clock = clock;
    this.#source = source;
    this.#tally = tally;
  }

  request(): void {
    this.#tally.keyframeRequests.asked += 1;
    if (this.#cancelPending) return;
    const sinceMs = (this.#clock.nowUs() - this.#sentAtUs) / MICROSECONDS_PER_MILLISECOND;
    if (sinceMs >= SHORTEST_INTERVAL_MS) this.#sendNow();
    else this.#cancelPending = this.#clock.after(SHORTEST_INTERVAL_MS - sinceMs, () => this.#sendNow());
  }

  /** Forgets what was asked for: a key frame has come, or the source is gone. */
  settle(): void {
    this.#cancelPending?.();
    this.#cancelPending = undefined;
  }

  #sendNow(): void {
    this.settle();
    this.#sentAtUs = this.#clock.nowUs();
    if (!this.#source.requestKeyframe) return;
    this.#tally.keyframeRequests.passed += 1;
    this.#source.requestKeyframe();
  }
}
