import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Aedes, type AedesOptions } from 'aedes';

export interface PlainBroker {
  readonly port: number;
  readonly url: string;
  /** Ends every connection and stops listening. */
  stop(): Promise<void>;
}

/** A bare aedes without any of the product's guards, for tests of what talks to a broker. Port 0 picks a free one. */
export async function startPlainBroker(port = 0, options: AedesOptions = {}): Promise<PlainBroker> {
  const aedes = await Aedes.createBroker(options);
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    aedes.handle(socket);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const bound = (server.address() as AddressInfo).port;
  return {
    port: bound,
    url: `mqtt://127.0.0.1:${bound}`,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => aedes.close(resolve));
    },
  };
}
