import { CameraError } from '../contract/errors.ts';
import { REQUEST_TIMEOUT_MS } from '../contract/limits.ts';
import type { MessageBus, Unsubscribe } from '../contract/message-bus.ts';
import type { RequestData } from '../contract/operations.ts';
import { deviceTopics } from '../contract/topics.ts';
import { AwaitedPictures } from './awaited-pictures.ts';
import type { CameraRequests } from './camera-requests.ts';

const TRIES = 2;

export interface SnapshotRequestsOptions {
  readonly bus: MessageBus;
  readonly prefix: string;
  readonly requests: CameraRequests;
}

/** The snapshot topic of one camera, subscribed while someone waits for a picture. */
interface Watch {
  readonly unsubscribe: Unsubscribe;
  readonly pictures: AwaitedPictures;
  users: number;
}

/**
 * Asks cameras for JPEG pictures. The picture comes on the camera's snapshot topic, which is subscribed only while one
 * is awaited; the reply tells by its hash which one it is. Loads neither an MQTT client nor WebRTC.
 */
export class SnapshotRequests {
  readonly #options: SnapshotRequestsOptions;
  readonly #watches = new Map<string, Watch>();
  readonly #cancellations = new Set<(error: CameraError) => void>();
  #closed = false;

  constructor(options: SnapshotRequestsOptions) {
    this.#options = options;
  }

  open(): void {
    this.#closed = false;
  }

  /** Fails what is still waiting. */
  close(): void {
    this.#closed = true;
    for (const cancel of [...this.#cancellations]) cancel(closingError());
    for (const { unsubscribe } of this.#watches.values()) unsubscribe();
    this.#watches.clear();
  }

  /**
   * A new picture as JPEG, at most MAX_SNAPSHOT_BYTES. `timeoutMs` limits the whole of it.
   * @throws CameraError with the camera's code, `timeout`, or `offline` when the broker is away.
   */
  async take(
    device: string,
    wanted: RequestData<'snapshot'> = {},
    timeoutMs = REQUEST_TIMEOUT_MS,
  ): Promise<Buffer> {
    if (this.#closed) throw closingError();
    const watch = this.#watch(device);
    const controller = new AbortController();
    const late = this.#limit(device, timeoutMs, controller.signal);
    try {
      return await Promise.race([this.#request(device, wanted, timeoutMs, watch, controller.signal), late]);
    } finally {
      controller.abort();
      this.#unwatch(device, watch);
    }
  }

  async #request(
    device: string,
    wanted: RequestData<'snapshot'>,
    timeoutMs: number,
    watch: Watch,
    ended: AbortSignal,
  ): Promise<Buffer> {
    const { requests } = this.#options;
    const options = { timeoutMs: timeoutMs / TRIES, tries: TRIES };
    const { sha256 } = await requests.request(device, 'snapshot', wanted, options);
    return watch.pictures.arrivalOf(sha256, ended);
  }

  /** Rejects after `timeoutMs` or with `close()`; does neither once `ended` is aborted. */
  #limit(device: string, timeoutMs: number, ended: AbortSignal): Promise<never> {
    return new Promise((_, reject) => {
      const message = `Camera "${device}" sent no picture within ${timeoutMs} ms; check that it is on and that its picture reaches the MQTT broker.`;
      const timer = setTimeout(() => reject(new CameraError('timeout', message)), timeoutMs);
      this.#cancellations.add(reject);
      ended.addEventListener('abort', () => {
        clearTimeout(timer);
        this.#cancellations.delete(reject);
      });
    });
  }

  #watch(device: string): Watch {
    const known = this.#watches.get(device);
    if (known) {
      known.users += 1;
      return known;
    }
    const { bus, prefix } = this.#options;
    const pictures = new AwaitedPictures();
    const unsubscribe = bus.subscribe(deviceTopics(prefix, device).snapshot, ({ payload }) =>
      pictures.handle(payload),
    );
    const watch: Watch = { unsubscribe, pictures, users: 1 };
    this.#watches.set(device, watch);
    return watch;
  }

  #unwatch(device: string, watch: Watch): void {
    watch.users -= 1;
    if (watch.users > 0 || this.#watches.get(device) !== watch) return;
    this.#watches.delete(device);
    watch.unsubscribe();
  }
}

function closingError(): CameraError {
  return new CameraError('offline', 'The picture was given up because this program is closing.');
}
