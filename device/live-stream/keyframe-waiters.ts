import { CameraError } from '../../contract/errors.ts';
import type { AccessUnit } from '../../media/access-unit.ts';
import type { Clock } from '../capture/clock.ts';

interface Waiter {
  readonly resolve: (keyframe: AccessUnit) => void;
  readonly reject: (error: CameraError) => void;
  readonly cancelTimeout: () => void;
}

/** Those who wait for the next key frame. */
export class KeyframeWaiters {
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws CameraError `timeout`, or what `reject` was called with. */
  wait(timeoutMs: number): Promise<AccessUnit> {
    return new Promise((resolve, reject) => {
      const cancelTimeout = this.#clock.after(timeoutMs, () => {
        this.#waiters.delete(waiter);
        reject(new CameraError('timeout', `The camera gave no key frame for ${timeoutMs} ms; try again.`));
      });
      const waiter: Waiter = { resolve, reject, cancelTimeout };
      this.#waiters.add(waiter);
    });
  }

  resolve(keyframe: AccessUnit): void {
    for (const waiter of this.#takeAll()) waiter.resolve(keyframe);
  }

  reject(error: CameraError): void {
    for (const waiter of this.#takeAll()) waiter.reject(error);
  }

  #takeAll(): Waiter[] {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const waiter of waiters) waiter.cancelTimeout();
    return waiters;
  }
}
