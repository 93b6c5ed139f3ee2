import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { listen } from '../../foundation/listening-server.ts';
import { describeError, type Logger } from '../../foundation/logger.ts';
import { isLoopback } from '../../foundation/loopback.ts';
import { METRICS_CONTENT_TYPE } from '../../foundation/metrics/metrics-text.ts';
import { servedHosts } from '../../foundation/served-hosts.ts';
import type { MetricsSettings } from './metrics-settings.ts';

/** A client that sends its request slower than this is cut off. */
const REQUEST_TIMEOUT_MS = 5_000;
const MAX_CONNECTIONS = 20;

/** The address is taken, or not one of this machine. */
export class MetricsServerError extends Error {
  override readonly name = 'MetricsServerError';
}

export interface MetricsServerOptions extends MetricsSettings {
  readonly text: () => string;
  readonly logger: Logger;
}

/** `GET /metrics` of one camera, for those who run no `picam web`. */
export class MetricsServer {
  readonly #options: MetricsServerOptions;
  readonly #isServed: (hostHeader: string | undefined) => boolean;
  #server: Server | undefined;

  constructor(options: MetricsServerOptions) {
    this.#options = options;
    this.#isServed = servedHosts(options.host);
  }

  /** @throws MetricsServerError */
  async open(): Promise<void> {
    const { host, port, logger } = this.#options;
    const timing = { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS };
    const server = createServer(timing, (request, response) => this.#answer(request, response));
    server.maxConnections = MAX_CONNECTIONS;
    try {
      const realPort = await listen(server, { host, port, logger });
      logger.info(`metrics on http://${host.includes(':') ? `[${host}]` : host}:${realPort}/metrics`);
    } catch (cause) {
      throw new MetricsServerError(
        `The metrics cannot be served on ${host}:${port} (${describeError(cause)}); choose another metrics.port or metrics.host.`,
        { cause },
      );
    }
    this.#server = server;
    if (!isLoopback(host))
      logger.warn(`the metrics are open to everyone who reaches ${host}; there is no log-in`);
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  #answer({ headers, method, url }: IncomingMessage, response: ServerResponse): void {
    const [path] = (url ?? '').split('?');
    if (!this.#isServed(headers.host)) refuse(response, 403, 'This host name is not served; use an address.');
    else if (path !== '/metrics') refuse(response, 404, 'There is only /metrics here.');
    else if (method !== 'GET' && method !== 'HEAD') refuse(response, 405, 'The metrics can only be read.');
    else this.#sendMetrics(response);
  }

  #sendMetrics(response: ServerResponse): void {
    try {
      const text = this.#options.text();
      response
        .writeHead(200, { 'content-type': METRICS_CONTENT_TYPE, 'cache-control': 'no-store' })
        .end(text);
    } catch (error) {
      this.#options.logger.error(`the metrics could not be written: ${describeError(error)}`);
      refuse(response, 500, 'The metrics could not be written; the log of the camera says why.');
    }
  }
}

function refuse(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${words}\n`);
}
