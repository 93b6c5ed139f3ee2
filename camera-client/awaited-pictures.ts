import { createHash } from 'node:crypto';
import { CameraError } from '../contract/errors.ts';
import { MAX_SNAPSHOT_BYTES } from '../contract/limits.ts';

/** A picture may overtake the reply that names it; this many are kept until then. */
const PICTURES_KEPT = 4;

/** The pictures that come on one camera's snapshot topic, and who waits for which. */
export class AwaitedPictures {
  readonly #arrived = new Map<string, Buffer>();
  readonly #waiting = new Map<string, Set<(jpeg: Buffer) => void>>();

  get waiting(): number {
    return [...this.#waiting.values()].reduce((count, waiters) => count + waiters.size, 0);
  }

  handle(jpeg: Buffer): void {
    if (jpeg.length === 0 || jpeg.length > MAX_SNAPSHOT_BYTES) return;
    const sha256 = createHash('sha256').update(jpeg).digest('hex');
    this.#arrived.set(sha256, jpeg);
    const oldest = this.#arrived.keys().next();
    if (this.#arrived.size > PICTURES_KEPT && !oldest.done) this.#arrived.delete(oldest.value);
    for (const resolve of this.#waiting.get(sha256) ?? []) resolve(jpeg);
  }

  /**
   * The picture with this hash (hex), now or when it comes. Stays unsettled when `ended` is aborted in between.
   * @throws CameraError `timeout` when `ended` is aborted already.
   */
  async arrivalOf(sha256: string, ended: AbortSignal): Promise<Buffer> {
    if (ended.aborted)
      throw new CameraError('timeout', 'The reply came after the wait for its picture had ended.');
    return this.#arrived.get(sha256) ?? this.#wait(sha256, ended);
  }

  #wait(sha256: string, ended: AbortSignal): Promise<Buffer> {
    return new Promise((resolve) => {
      const waiters = this.#waiting.get(sha256) ?? new Set();
      this.#waiting.set(sha256, waiters.add(resolve));
      ended.addEventListener('abort', () => {
        waiters.delete(resolve);
        if (waiters.size === 0) this.#waiting.delete(sha256);
      });
    });
  }
}
