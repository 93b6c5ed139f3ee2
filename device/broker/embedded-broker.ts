import { createServer, type Server, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import { listen } from '../../foundation/listening-server.ts';
import { describeError, type Logger } from '../../foundation/logger.ts';
import { hostInUrl, isLoopback } from '../../foundation/loopback.ts';
import { type BrokerUser, brokerAccess } from './broker-access.ts';
import { GuardedConnection } from './guarded-connection.ts';

const LIMITS = { connectBytes: 4 * 1024, packetBytes: 256 * 1024 };
const MAX_CONNECTIONS = 200;
const MAX_TOPIC_LEVELS = 16;
const CONNECT_TIMEOUT_MS = 5_000;
const LONGEST_CLIENT_ID = 128;

export interface EmbeddedBrokerOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly users?: readonly BrokerUser[];
  readonly logger: Logger;
  /** Default 200. */
  readonly maxConnections?: number;
}

export class EmbeddedBrokerError extends Error {
  override readonly name = 'EmbeddedBrokerError';
}

/** A small MQTT 3.1.1 broker for those who have none. Retained messages live in memory. */
export class EmbeddedBroker {
  readonly #options: EmbeddedBrokerOptions;
  readonly #sockets = new Set<Socket>();
  #aedes: Aedes | undefined;
  #server: Server | undefined;
  #port = 0;

  constructor(options: EmbeddedBrokerOptions) {
    this.#options = options;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `mqtt://${hostInUrl(this.#options.host)}:${this.#port}`;
  }

  /** @throws EmbeddedBrokerError when it cannot listen, or must not for want of a password. */
  async open(): Promise<void> {
    const { host, logger, users = [] } = this.#options;
    if (!isLoopback(host) && users.length === 0) {
      throw new EmbeddedBrokerError(
        `embeddedBroker.host: ${host} is open to the network, which needs embeddedBroker.users with a user name and a password; or use 127.0.0.1.`,
      );
    }
    const aedes = await Aedes.createBroker({
      ...brokerAccess(users),
      connectTimeout: CONNECT_TIMEOUT_MS,
      maxClientsIdLength: LONGEST_CLIENT_ID,
      maxTopicLevels: MAX_TOPIC_LEVELS,
    });
    this.#aedes = aedes;
    aedes.on('clientError', (client, error) => logger.debug(`client ${client.id}: ${describeError(error)}`));
    aedes.on('connectionError', (_client, error) => logger.debug(`a connection: ${describeError(error)}`));
    await this.#listen(aedes);
    logger.info(`embedded broker on ${this.url}`);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const server = this.#server;
    const aedes = this.#aedes;
    this.#server = undefined;
    this.#aedes = undefined;
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
    if (aedes) await new Promise<void>((resolve) => aedes.close(resolve));
  }

  async #listen(aedes: Aedes): Promise<void> {
    const { host, port, logger } = this.#options;
    const server = createServer((socket) => this.#accept(aedes, socket));
    try {
      this.#port = await listen(server, { host, port, logger });
    } catch (cause) {
      await new Promise<void>((resolve) => aedes.close(resolve));
      this.#aedes = undefined;
      throw listenError(host, port, cause);
    }
    this.#server = server;
  }

  #accept(aedes: Aedes, socket: Socket): void {
    const { logger, maxConnections = MAX_CONNECTIONS } = this.#options;
    if (this.#sockets.size >= maxConnections) {
      logger.warn(`a connection was refused: ${maxConnections} are open already`);
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => this.#sockets.delete(socket));
    const report = (problem: string) => logger.warn(`a connection was ended: ${problem}`);
    aedes.handle(new GuardedConnection(socket, LIMITS, report).open());
  }
}

function listenError(host: string, port: number, cause: unknown): EmbeddedBrokerError {
  const isTaken =
    typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'EADDRINUSE';
  const problem = isTaken
    ? `port ${port} on ${host} is in use, perhaps by another broker`
    : `cannot listen on ${host}:${port} (${describeError(cause)})`;
  return new EmbeddedBrokerError(
    `embedded broker: ${problem}; set broker.url to use that broker, or embeddedBroker.port to another port.`,
    { cause },
  );
}
