import { randomBytes } from 'node:crypto';
import { describeProblems, replyEnvelopeSchema, type ReplyEnvelope } from '../contract/envelopes.ts';
import { CameraError } from '../contract/errors.ts';
import { MAX_JSON_BYTES, REQUEST_TIMEOUT_MS } from '../contract/limits.ts';
import type { InboundMessage, MessageBus, Unsubscribe } from '../contract/message-bus.ts';
import { OPERATIONS, type Op, type ReplyData, type RequestData } from '../contract/operations.ts';
import { deviceTopics, fleetTopics, parseTopic } from '../contract/topics.ts';

const TRIES = 2;

export interface CameraRequestsOptions {
  readonly bus: MessageBus;
  readonly prefix: string;
  /** This client's level in the topics; unique on the broker. */
  readonly peer: string;
  /** For each of two tries. Default: the contract's 8 s. */
  readonly timeoutMs?: number;
}

export interface RequestOptions {
  readonly session?: string;
  /** Refused with `stale_boot` when the device has restarted since. */
  readonly boot?: string;
  readonly timeoutMs?: number;
  /** Default: the contract's one retry. */
  readonly tries?: number;
}

/** What a device says without having been asked: `cand`, `close`; answers to `hello` come this way too. */
export interface Push {
  readonly device: string;
  readonly op: string;
  readonly boot: string;
  readonly data: unknown;
}

interface Pending {
  readonly device: string;
  readonly settle: (reply: ReplyEnvelope) => void;
}

/**
 * Requests to cameras and the replies to them, over any message bus. Loads neither an MQTT client nor WebRTC, so that
 * Node-RED can use it on its own broker connection.
 */
export class CameraRequests {
  readonly #options: CameraRequestsOptions;
  readonly #pending = new Map<string, Pending>();
  readonly #pushListeners = new Set<(push: Push) => void>();
  #unsubscribe: Unsubscribe | undefined;

  constructor(options: CameraRequestsOptions) {
    this.#options = options;
  }

  open(): void {
    const { bus, prefix, peer } = this.#options;
    this.#unsubscribe ??= bus.subscribe(fleetTopics(prefix).everyReply(peer), (message) =>
      this.#handleReply(message),
    );
  }

  /** Fails what is still waiting. */
  close(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#pushListeners.clear();
    for (const { settle, device } of [...this.#pending.values()]) settle(closedReply(device));
  }

  onPush(handle: (push: Push) => void): Unsubscribe {
    this.#pushListeners.add(handle);
    return () => void this.#pushListeners.delete(handle);
  }

  /**
   * One request to one device. A lost reply is asked for once more with the same id, which the device answers from
   * its cache.
   * @throws CameraError with the device's code, `timeout`, or `offline` when the broker is away.
   */
  async request<O extends Op>(
    device: string,
    op: O,
    data: RequestData<O>,
    options: RequestOptions = {},
  ): Promise<ReplyData<O>> {
    const id = randomBytes(9).toString('base64url');
    const { session, boot } = options;
    const payload = JSON.stringify({ v: 1, id, ...(session && { session }), ...(boot && { boot }), data });
    if (Buffer.byteLength(payload) > MAX_JSON_BYTES) {
      throw new CameraError('too_large', `The ${op} request has more than ${MAX_JSON_BYTES} bytes.`);
    }
    const timeoutMs = options.timeoutMs ?? this.#options.timeoutMs ?? REQUEST_TIMEOUT_MS;
    for (let tried = 1; tried <= (options.tries ?? TRIES); tried += 1) {
      const reply = await this.#tryOnce(device, op, id, payload, timeoutMs);
      if (reply) return checkedData(op, device, reply);
    }
    throw new CameraError(
      'timeout',
      `Camera "${device}" did not answer ${op}; check that it is on and reaches the MQTT broker.`,
    );
  }

  /** Asks every device to introduce itself; the answers come as pushes with op `hello`. */
  async hello(): Promise<void> {
    const { bus, prefix, peer } = this.#options;
    const id = `hello-${randomBytes(6).toString('base64url')}`;
    await bus.publish(fleetTopics(prefix).hello(peer), JSON.stringify({ v: 1, id, data: {} }));
  }

  async #tryOnce(
    device: string,
    op: Op,
    id: string,
    payload: string,
    timeoutMs: number,
  ): Promise<ReplyEnvelope | undefined> {
    const { bus, prefix, peer } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const replied = new Promise<ReplyEnvelope | undefined>((resolve) => {
      this.#pending.set(id, { device, settle: resolve });
      timer = setTimeout(() => resolve(undefined), timeoutMs);
    });
    try {
      // The reply may overtake the broker's confirmation, and a broker that goes away must end the wait at once.
      const published = bus
        .publish(deviceTopics(prefix, device).request(peer, op), payload)
        .then(() => replied);
      return await Promise.race([published, replied]);
    } finally {
      clearTimeout(timer);
      this.#pending.delete(id);
    }
  }

  #handleReply(message: InboundMessage): void {
    const topic = parseTopic(this.#options.prefix, message.topic);
    if (message.retained || topic?.kind !== 'reply' || message.payload.length > MAX_JSON_BYTES) return;
    const envelope = replyEnvelopeSchema.safeParse(parsedJson(message.payload));
    if (!envelope.success) return;
    const { id } = envelope.data;
    const pending = id === null ? undefined : this.#pending.get(id);
    if (pending) {
      if (pending.device === topic.device) pending.settle(envelope.data);
      return;
    }
    if (envelope.data.ok && (id === null || envelope.data.op === 'hello'))
      this.#announcePush(topic.device, envelope.data);
  }

  #announcePush(device: string, { op, boot, data }: Extract<ReplyEnvelope, { ok: true }>): void {
    for (const listener of [...this.#pushListeners]) listener({ device, op, boot, data });
  }
}

function checkedData<O extends Op>(op: O, device: string, reply: ReplyEnvelope): ReplyData<O> {
  if (!reply.ok) {
    throw new CameraError(reply.error.code, reply.error.message, { retryAfterS: reply.error.retryAfter });
  }
  const parsed = OPERATIONS[op].reply.safeParse(reply.data);
  if (!parsed.success) {
    throw new CameraError(
      'internal',
      `Camera "${device}" answered ${op} with something else: ${describeProblems(parsed.error)}`,
    );
  }
  return parsed.data as ReplyData<O>;
}

function closedReply(device: string): ReplyEnvelope {
  const message = `The request to camera "${device}" was given up because this program is closing.`;
  return { v: 1, id: null, op: '', boot: '', ok: false, error: { code: 'offline', message } };
}

function parsedJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch {
    return undefined;
  }
}
