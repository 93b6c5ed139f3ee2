import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { withTimeout } from '../../../foundation/time-out.ts';

const START_TIMEOUT_MS = 10_000;
const REPLY_TIMEOUT_MS = 20_000;
const POLL_MS = 50;

const messageSchema = z.looseObject({
  janus: z.string(),
  transaction: z.string().optional(),
  sender: z.number().optional(),
  data: z.looseObject({ id: z.number() }).optional(),
  plugindata: z.looseObject({ data: z.looseObject({}) }).optional(),
  jsep: z.looseObject({ type: z.string(), sdp: z.string() }).optional(),
  error: z.looseObject({ reason: z.string() }).optional(),
});
export type JanusMessage = z.infer<typeof messageSchema>;

interface Awaited {
  readonly isMeant: (message: JanusMessage) => boolean;
  readonly resolve: (message: JanusMessage) => void;
}

/** Janus' API: requests and what they bring about, over one WebSocket. */
export class JanusConnection {
  readonly #socket: WebSocket;
  #awaited: Awaited[] = [];
  #transactions = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#receive(String(data)));
  }

  /** A server that has just been started takes a while until it listens. */
  static async open(port: number): Promise<JanusConnection> {
    const deadlineMs = performance.now() + START_TIMEOUT_MS;
    for (;;) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}`, 'janus-protocol');
      try {
        await withTimeout(opened(socket), START_TIMEOUT_MS, 'Janus');
        return new JanusConnection(socket);
      } catch (cause) {
        socket.close();
        if (performance.now() > deadlineMs) throw new Error('Janus does not listen', { cause });
      }
      await wait(POLL_MS);
    }
  }

  /** What Janus replies, or with `event` what its plugin answers in its own time. */
  async ask(request: object, reply: 'reply' | 'event' = 'reply'): Promise<JanusMessage> {
    this.#transactions += 1;
    const transaction = String(this.#transactions);
    const isFinal = (message: JanusMessage) => reply === 'reply' || message.janus !== 'ack';
    const answered = this.next(
      'a reply of Janus',
      (message) => message.transaction === transaction && isFinal(message),
    );
    this.#socket.send(JSON.stringify({ ...request, transaction }));
    const message = await answered;
    if (message.error) throw new Error(`Janus refused: ${message.error.reason}`);
    return message;
  }

  next(what: string, isMeant: Awaited['isMeant']): Promise<JanusMessage> {
    const message = new Promise<JanusMessage>((resolve) => this.#awaited.push({ isMeant, resolve }));
    return withTimeout(message, REPLY_TIMEOUT_MS, what);
  }

  close(): void {
    this.#socket.close();
  }

  #receive(text: string): void {
    const message = messageSchema.parse(JSON.parse(text));
    const meant = this.#awaited.filter(({ isMeant }) => isMeant(message));
    this.#awaited = this.#awaited.filter((one) => !meant.includes(one));
    for (const { resolve } of meant) resolve(message);
  }
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('error', () => reject(new Error('the WebSocket did not open')));
  });
}
