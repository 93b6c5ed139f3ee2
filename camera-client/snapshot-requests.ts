import { createHash } from 'node:crypto';
import { CameraError } from '../contract/errors.ts';
import { MAX_SNAPSHOT_BYTES, REQUEST_TIMEOUT_MS } from '../contract/limits.ts';
import type { InboundMessage, MessageBus, Unsubscribe } from '../contract/message-bus.ts';
import type { RequestData } from '../contract/operations.ts';
import { deviceTopics } from '../contract/topics.ts';
import type { CameraRequests } from './camera-requests.ts';

/** A picture may overtake the reply that names it; this many are kept until then. */
const PICTURES_KEPT = 4;
const TRIES = 2;

export interface SnapshotRequestsOptions {
  readonly bus: MessageBus;
  readonly prefix: string;
  readonly requests: CameraRequests;
}

/** The snapshot topic of one camera, subscribed while someone waits for a picture. */
interface Watch {
  readonly unsubscribe: Unsubscribe;
  readonly arrived: Map<string, Buffer>;
  readonly waiting: Map<string, Set<(jpeg: Buffer) => void>>;
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
    return watch.arrived.get(sha256) ?? arrivalOf(watch, sha256, ended);
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
    const arrived = new Map<string, Buffer>();
    const waiting: Watch['waiting'] = new Map();
    const unsubscribe = bus.subscribe(deviceTopics(prefix, device).snapshot, (message) =>
      handlePicture({ arrived, waiting }, message),
    );
    const watch: Watch = { unsubscribe, arrived, waiting, users: 1 };
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

function handlePicture(
  { arrived, waiting }: Pick<Watch, 'arrived' | 'waiting'>,
  { payload }: InboundMessage,
): void {
  if (payload.length === 0 || payload.length > MAX_SNAPSHOT_BYTES) return;
  const sha256 = createHash('sha256').update(payload).digest('hex');
  arrived.set(sha256, payload);
  const oldest = arrived.keys().next();
  if (arrived.size > PICTURES_KEPT && !oldest.done) arrived.delete(oldest.value);
  for (const resolve of waiting.get(sha256) ?? []) resolve(payload);
}

function arrivalOf({ waiting }: Watch, sha256: string, ended: AbortSignal): Promise<Buffer> {
  return new Promise((resolve) => {
    const waiters = waiting.get(sha256) ?? new Set();
    waiting.set(sha256, waiters.add(resolve));
    ended.addEventListener('abort', () => {
      waiters.delete(resolve);
      if (waiters.size === 0) waiting.delete(sha256);
    });
  });
}

function closingError(): CameraError {
  return new CameraError('offline', 'The picture was given up because this program is closing.');
}
