import { z } from 'zod';
import { asCameraError, CameraError, type ErrorCode } from '../../contract/errors.ts';
import { describeError, type Logger } from '../../foundation/logger.ts';

/** What `fork` gives a process to talk to the one that started it. */
export interface ParentChannel {
  send(message: object): void;
  onMessage(handle: (message: unknown) => void): void;
  onDisconnect(handle: () => void): void;
}

/** Answers one kind of request of the page; what it throws reaches the page as words and a code. */
export type AnswerRequest<Body> = (body: Body) => object | Promise<object>;

/** As the page gets it, where it rejects. */
export interface RequestProblem {
  readonly message: string;
  readonly code: ErrorCode;
}

const messageSchema = z.object({
  action: z.literal('request'),
  path: z.string(),
  requestId: z.string(),
  body: z.unknown(),
});
type PageRequest = z.infer<typeof messageSchema>;

/**
 * The plugin's end of a custom page in the Homebridge UI. That UI starts it when somebody opens the page, hands over
 * what the page asks, and disconnects when the page is closed.
 */
export class PluginUiProcess {
  readonly #channel: ParentChannel;
  readonly #logger: Logger;
  readonly #answers = new Map<string, (body: unknown) => object | Promise<object>>();

  constructor(channel: ParentChannel, logger: Logger) {
    this.#channel = channel;
    this.#logger = logger;
  }

  onRequest<Body>(path: string, schema: z.ZodType<Body>, answer: AnswerRequest<Body>): void {
    this.#answers.set(path, (body) => answer(parsed(schema, body, path)));
  }

  /** To be called when all answers are in place: the UI shows the page only then. */
  open(): void {
    this.#channel.onMessage((message) => {
      const request = messageSchema.safeParse(message);
      if (request.success) void this.#answer(request.data);
    });
    this.#channel.send({ action: 'ready', payload: { server: true } });
  }

  push(event: string, data: object): void {
    this.#channel.send({ action: 'stream', payload: { event, data } });
  }

  async #answer({ path, requestId, body }: PageRequest): Promise<void> {
    const reply = (success: boolean, data: object) =>
      this.#channel.send({ action: 'response', payload: { requestId, success, data } });
    try {
      const answer = this.#answers.get(path);
      if (!answer) throw new CameraError('not_found', `This page's server knows no ${path}.`);
      reply(true, await answer(body));
    } catch (error) {
      const { code, message } = asCameraError(error);
      if (code === 'internal') this.#logger.error(`${path} could not be answered: ${describeError(error)}`);
      reply(false, { code, message } satisfies RequestProblem);
    }
  }
}

function parsed<Body>(schema: z.ZodType<Body>, body: unknown, path: string): Body {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new CameraError('bad_request', `${path}: ${z.prettifyError(result.error)}`);
}
