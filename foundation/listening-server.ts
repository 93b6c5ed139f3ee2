import { once } from 'node:events';
import type { Server } from 'node:net';
import { describeError, type Logger } from './logger.ts';

export interface ListenOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly logger: Logger;
}

/**
 * Resolves with the real port. From then on the server's errors are logged: one connection that cannot be accepted,
 * as when the process has too many files open, must not end all others.
 * @throws whatever the system says about `host` and `port`.
 */
export async function listen(server: Server, { host, port, logger }: ListenOptions): Promise<number> {
  const listening = once(server, 'listening');
  server.listen(port, host);
  await listening;
  server.on('error', (error) => logger.error(`a connection could not be accepted: ${describeError(error)}`));
  const address = server.address();
  return typeof address === 'object' && address ? address.port : port;
}
