import { EventEmitter, once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { silentLogger } from '../../../foundation/logger.ts';
import type {
  DataStreamConnection,
  DataStreamManagement,
} from '../../../homebridge-plugin/apple-home/hap.ts';
import { StalledHubs } from '../../../homebridge-plugin/apple-home/stalled-hubs.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';

const PART = Buffer.alloc(256 * 1024);
const MOST_BYTES = 4 * PART.length;

const resources = resourcesOfEachTest();

/** As much of HAP-NodeJS's connection as matters: a socket, and the event that it is gone. */
class Connection extends EventEmitter {
  readonly socket: Socket;
  constructor(socket: Socket) {
    super();
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('close', () => this.emit('closed'));
  }
}

/** A hub and the plugin's end of its connection. */
async function connectHub(): Promise<{ hub: Socket; connection: Connection }> {
  const server = createServer().listen(0, '127.0.0.1');
  resources.own(server);
  await once(server, 'listening');
  const address = server.address();
  const hub = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1');
  hub.on('error', () => undefined);
  const [socket] = (await once(server, 'connection')) as [Socket];
  resources.onEnd('the hub', () => hub.destroy());
  resources.onEnd('its connection', () => socket.destroy());
  return { hub, connection: new Connection(socket) };
}

test('a hub that takes nothing any more is dropped, and one that reads is not', async () => {
  const [stalled, reading] = [await connectHub(), await connectHub()];
  stalled.hub.pause();
  reading.hub.resume();
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
  const hubs = new StalledHubs(logger, MOST_BYTES);
  const management: Pick<DataStreamManagement, 'onServerEvent'> = {
    onServerEvent(_, listener) {
      for (const { connection } of [stalled, reading])
        listener(connection as unknown as DataStreamConnection);
      return this as DataStreamManagement;
    },
  };
  hubs.watch(management);
  const gone = once(stalled.connection, 'closed');
  let most = 0;
  while (!stalled.connection.socket.destroyed) {
    stalled.connection.socket.write(PART);
    most = Math.max(most, stalled.connection.socket.writableLength);
    await new Promise<void>((resolve) => reading.connection.socket.write(PART, () => resolve()));
    hubs.drop();
  }
  await gone;
  expect(most).toBeLessThanOrEqual(MOST_BYTES + PART.length);
  expect(reading.connection.socket.destroyed).toBe(false);
  expect(warnings).toEqual([expect.stringContaining('stopped taking its recording')]);
});
