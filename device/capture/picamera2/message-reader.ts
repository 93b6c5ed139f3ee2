import { z } from 'zod';
import { ChunkQueue } from '../chunk-queue.ts';

/** What comes from the helper is not what it should be: another program, another version, or damage. */
export class HelperMessageError extends Error {
  override readonly name = 'HelperMessageError';
}

/** What picamera2_helper.py says; messages.py has the layout. */
export type HelperMessage =
  | {
      readonly kind: 'access-unit';
      /** H.264 byte stream (Annex B) of one picture. */
      readonly data: Buffer;
      readonly isKeyframe: boolean;
      /** When the sensor saw it, microseconds of the monotonic clock. */
      readonly capturedAtUs: number;
    }
  | { readonly kind: 'jpeg'; readonly id: number; readonly data: Buffer }
  | {
      readonly kind: 'reply';
      readonly id: number | null;
      readonly error: string | undefined;
      /** True when what was asked for is at fault. */
      readonly isRefused: boolean;
    }
  | { readonly kind: 'started'; readonly encoder: string }
  | { readonly kind: 'motion'; readonly isMoving: boolean; readonly score: number };

const HEADER_BYTES = 16;
const KEYFRAME_FLAG = 1;
const Kind = { accessUnit: 1, jpeg: 2, json: 3 } as const;
const MAX_PAYLOAD_BYTES: ReadonlyMap<number, number> = new Map([
  [Kind.accessUnit, 8 * 1024 * 1024],
  [Kind.jpeg, 32 * 1024 * 1024],
  [Kind.json, 64 * 1024],
]);

const text = z.string().max(1000);
const jsonMessageSchema = z.union([
  z
    .object({ reply: z.number().int().nullable(), error: text.optional(), refused: z.boolean().optional() })
    .transform(({ reply, error, refused = false }) => ({
      kind: 'reply' as const,
      id: reply,
      error,
      isRefused: refused,
    })),
  z
    .object({ event: z.literal('started'), encoder: text })
    .transform(({ encoder }) => ({ kind: 'started' as const, encoder })),
  z
    .object({ event: z.literal('motion'), moving: z.boolean(), score: z.number() })
    .transform(({ moving, score }) => ({ kind: 'motion' as const, isMoving: moving, score })),
]);

interface Header {
  readonly kind: number;
  readonly flags: number;
  readonly id: number;
  readonly payloadBytes: number;
  readonly timeUs: number;
}

/** Cuts the helper's output into messages. */
export class HelperMessageReader {
  readonly #queue = new ChunkQueue();
  #header: Header | undefined;

  /** @throws HelperMessageError after which nothing sensible can be read. */
  push(chunk: Buffer): HelperMessage[] {
    this.#queue.append(chunk);
    const messages: HelperMessage[] = [];
    for (let message = this.#take(); message; message = this.#take()) messages.push(message);
    return messages;
  }

  #take(): HelperMessage | undefined {
    this.#header ??= this.#takeHeader();
    if (!this.#header) return undefined;
    const payload = this.#queue.take(this.#header.payloadBytes);
    if (!payload) return undefined;
    const message = toMessage(this.#header, payload);
    this.#header = undefined;
    return message;
  }

  #takeHeader(): Header | undefined {
    const bytes = this.#queue.take(HEADER_BYTES);
    if (!bytes) return undefined;
    const kind = bytes.readUInt8(0);
    const payloadBytes = bytes.readUInt32BE(4);
    const limitBytes = MAX_PAYLOAD_BYTES.get(kind);
    if (limitBytes === undefined) throw new HelperMessageError(`a message of unknown kind ${kind}`);
    if (payloadBytes > limitBytes)
      throw new HelperMessageError(`a message of ${payloadBytes} bytes, where ${limitBytes} are allowed`);
    return {
      kind,
      flags: bytes.readUInt8(1),
      id: bytes.readUInt16BE(2),
      payloadBytes,
      timeUs: Number(bytes.readBigInt64BE(8)),
    };
  }
}

function toMessage({ kind, flags, id, timeUs }: Header, data: Buffer): HelperMessage {
  if (kind === Kind.jpeg) return { kind: 'jpeg', id, data };
  if (kind === Kind.json) return parseJson(data);
  return { kind: 'access-unit', data, isKeyframe: (flags & KEYFRAME_FLAG) !== 0, capturedAtUs: timeUs };
}

function parseJson(data: Buffer): HelperMessage {
  try {
    return jsonMessageSchema.parse(JSON.parse(data.toString('utf8')));
  } catch (cause) {
    throw new HelperMessageError('a message that is not what was agreed', { cause });
  }
}
