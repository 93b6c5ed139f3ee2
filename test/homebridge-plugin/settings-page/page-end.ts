import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '../../support/wait-until.ts';

const SERVER = fileURLToPath(new URL('../../../homebridge-plugin/settings-page/server.ts', import.meta.url));
const ANSWER_TIMEOUT_MS = 40_000;

interface Response {
  readonly action: string;
  readonly payload: {
    readonly requestId?: string;
    readonly success?: boolean;
    readonly data?: unknown;
    readonly event?: string;
  };
}

/** The page's server as the Homebridge UI runs it, and this end of its channel. */
export class PageEnd {
  readonly #child: ChildProcess;
  readonly #messages: Response[] = [];
  #requests = 0;

  constructor(storage: string) {
    this.#child = fork(SERVER, [], {
      silent: true,
      env: {
        ...process.env,
        NODE_OPTIONS: '--no-warnings',
        HOMEBRIDGE_STORAGE_PATH: storage,
        HOMEBRIDGE_CONFIG_PATH: `${storage}/config.json`,
      },
    });
    this.#child.on('message', (message) => this.#messages.push(message as Response));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async isReady(): Promise<void> {
    await waitUntil(
      'the server is ready',
      () => this.#messages.some(({ action }) => action === 'ready'),
      ANSWER_TIMEOUT_MS,
    );
  }

  /** The answer's data, also when it is a refusal. */
  async ask(path: string, body: object = {}): Promise<unknown> {
    this.#requests += 1;
    const requestId = String(this.#requests);
    this.#child.send({ action: 'request', path, body, requestId });
    const response = await waitUntil(
      `an answer to ${path}`,
      () => this.#messages.find(({ payload }) => payload.requestId === requestId),
      ANSWER_TIMEOUT_MS,
    );
    return response.payload.data;
  }

  /** Waits for something that the server says by itself. */
  async event<Data>(name: string, isWanted: (data: Data) => boolean): Promise<Data> {
    const found = await waitUntil(
      `the event "${name}"`,
      () => this.#messages.find(({ payload }) => payload.event === name && isWanted(payload.data as Data)),
      ANSWER_TIMEOUT_MS,
    );
    return found.payload.data as Data;
  }

  /** As the Homebridge UI does when the page is closed. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.disconnect();
    await gone;
  }
}
