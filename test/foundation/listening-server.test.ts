import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { listen } from '../../foundation/listening-server.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { resourcesOfEachTest } from '../support/resources.ts';

const resources = resourcesOfEachTest();

function newServer() {
  const server = createServer();
  resources.onEnd('server', () => server.close());
  return server;
}

test('a server that listens survives a connection that it cannot accept, and says so', async () => {
  const server = newServer();
  const errors: string[] = [];
  const logger = { ...silentLogger, error: (message: string) => errors.push(message) };
  expect(await listen(server, { host: '127.0.0.1', port: 0, logger })).toBeGreaterThan(0);
  server.emit('error', new Error('accept EMFILE'));
  expect(errors).toEqual([expect.stringContaining('accept EMFILE')]);
});

test('an address that is taken rejects', async () => {
  const options = { host: '127.0.0.1', logger: silentLogger };
  const port = await listen(newServer(), { ...options, port: 0 });
  await expect(listen(newServer(), { ...options, port })).rejects.toThrow('EADDRINUSE');
});
