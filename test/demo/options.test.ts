import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { choosePorts, PortError, readOptions } from '../../demo/options.ts';
import { freePort } from '../../demo/ports.ts';
import { resourcesOfEachTest } from '../support/resources.ts';

const resources = resourcesOfEachTest();

async function takenPort(): Promise<number> {
  const port = await freePort();
  const server = resources.own(createServer());
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return port;
}

test('flags are read, and what was not asked for is left open', () => {
  expect(readOptions(['--web-port', '8099', '--homebridge-port=0', '--json'])).toEqual({
    ports: { web: 8099, homebridge: 0 },
    storage: undefined,
    json: true,
  });
});

test('a port that was asked for and is taken is an error that names the flag', async () => {
  const port = await takenPort();
  const chosen = choosePorts({ web: 0, mqtt: port, nodeRed: 0, homebridge: 0 }, () => undefined);
  await expect(chosen).rejects.toThrow(PortError);
  await expect(chosen).rejects.toThrow(`Port ${port} is taken by another program; give --mqtt-port`);
});

test('a usual port that is taken is replaced by a free one, and that is said', async () => {
  const port = await takenPort();
  const said: string[] = [];
  const usual = {
    web: port,
    mqtt: await freePort(),
    nodeRed: await freePort(),
    homebridge: await freePort(),
  };
  const ports = await choosePorts({}, (line) => said.push(line), usual);
  expect(ports.web).not.toBe(port);
  expect(ports.mqtt).toBe(usual.mqtt);
  expect(said).toEqual([expect.stringMatching(new RegExp(`^Port ${port} is taken .*using ${ports.web} `))]);
});
