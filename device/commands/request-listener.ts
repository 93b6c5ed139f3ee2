import { replyError } from '../../contract/envelopes.ts';
import { CameraError } from '../../contract/errors.ts';
import { MAX_JSON_BYTES } from '../../contract/limits.ts';
import type { InboundMessage, MessageBus } from '../../contract/message-bus.ts';
import type { Op } from '../../contract/operations.ts';
import { deviceTopics, fleetTopics, parseTopic } from '../../contract/topics.ts';
import { describeError, type Logger } from '../../foundation/logger.ts';
import { execute, parseEnvelope, parseOp, salvageId } from './command.ts';
import type { Handlers } from './handlers.ts';
import { RateLimiter } from './rate-limiter.ts';
import { ReplyCache } from './reply-cache.ts';

/** In the rate limiter's tokens; an op that is not listed costs one. */
const COSTS: ReadonlyMap<string, number> = new Map([
  ['offer', 20],
  ['snapshot', 20],
]);

export interface RequestListenerOptions {
  readonly bus: MessageBus;
  readonly prefix: string;
  readonly device: string;
  /** Of this start of the daemon. */
  readonly boot: string;
  readonly handlers: Handlers;
  readonly logger: Logger;
  readonly nowMs?: () => number;
}

/**
 * Answers every request, each once.
 *
 * A request without a readable id (an empty one, or one that is no JSON) is answered with `id: null`. That is a push's
 * id too, but no op can be both: pushes are `cand` and `close`, which cannot be asked for with an empty request.
 */
export class RequestListener {
  readonly #options: RequestListenerOptions;
  readonly #limiter: RateLimiter;
  readonly #cache: ReplyCache;

  constructor(options: RequestListenerOptions) {
    this.#options = options;
    this.#limiter = new RateLimiter(options.nowMs);
    this.#cache = new ReplyCache(options.nowMs);
  }

  open(): () => void {
    const { bus, prefix, device } = this.#options;
    const ends = [deviceTopics(prefix, device).everyRequest, fleetTopics(prefix).everyHello].map((filter) =>
      bus.subscribe(filter, (message) => this.#handle(message)),
    );
    return () => {
      for (const end of ends) end();
    };
  }

  #handle({ topic, payload, retained }: InboundMessage): void {
    const parsed = parseTopic(this.#options.prefix, topic);
    if (retained || !parsed) return;
    if (parsed.kind === 'hello') void this.#answer(parsed.peer, 'hello', payload);
    if (parsed.kind === 'request') void this.#answer(parsed.peer, parsed.op, payload);
  }

  /** Never rejects. */
  async #answer(peer: string, name: string, payload: Buffer): Promise<void> {
    try {
      this.#checkRate(peer, name);
      const op = parseOp(name);
      const envelope = parseEnvelope(op, payload);
      const run = () => this.#execute(peer, op, payload);
      const reply = envelope ? this.#cache.answer(peer, op, envelope.id, run) : run();
      this.#send(peer, await reply);
    } catch (error) {
      this.#send(peer, this.#failure(salvageId(payload), name, error));
    }
  }

  #checkRate(peer: string, name: string): void {
    const retryAfterS = this.#limiter.take(peer, COSTS.get(name) ?? 1);
    if (retryAfterS === 0) return;
    throw new CameraError('rate_limited', 'Too many requests came from this peer, or from all together.', {
      retryAfterS,
    });
  }

  /** Never rejects. */
  async #execute(peer: string, op: Op, payload: Buffer): Promise<string> {
    const { boot, handlers } = this.#options;
    const envelope = parseEnvelope(op, payload);
    const id = envelope?.id ?? null;
    try {
      if (envelope?.boot !== undefined && envelope.boot !== boot) {
        throw new CameraError('stale_boot', 'The camera has started anew since; ask it again for its info.');
      }
      const data = await execute(handlers, op, peer, envelope);
      const reply = JSON.stringify({ v: 1, id, op, boot, ok: true, data });
      const bytes = Buffer.byteLength(reply);
      if (bytes > MAX_JSON_BYTES) throw new Error(`the reply to ${op} would have ${bytes} bytes`);
      return reply;
    } catch (error) {
      return this.#failure(id, op, error);
    }
  }

  #failure(id: string | null, name: string, error: unknown): string {
    const { boot, logger } = this.#options;
    const op = name.slice(0, 32);
    if (error instanceof CameraError) logger.debug(`${op} refused: ${error.code}: ${describeError(error)}`);
    else logger.error(`${op} failed: ${describeError(error)}`);
    return JSON.stringify({ v: 1, id, op, boot, ok: false, error: replyError(error) });
  }

  #send(peer: string, payload: string): void {
    const { bus, prefix, device, logger } = this.#options;
    bus.publish(deviceTopics(prefix, device).reply(peer), payload).catch((error: unknown) => {
      logger.debug(`a reply to ${peer} could not be sent: ${describeError(error)}`);
    });
  }
}
