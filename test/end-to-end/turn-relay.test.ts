import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { credentialsOfSecret } from '../../foundation/ice/shared-secret.ts';
import { openApartNetworks } from '../support/apart-networks.ts';
import { startCoturn } from '../support/coturn.ts';
import { startDevice } from '../support/device.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import type { SeenElsewhere } from './viewer-elsewhere.ts';

const run = promisify(execFile);
const resources = resourcesOfEachTest();
const VIEWER = fileURLToPath(new URL('./viewer-elsewhere.ts', import.meta.url));
const SECRET = 'known-to-both';
const VIEW_TIMEOUT_MS = 40_000;
const TEST_TIMEOUT_MS = 90_000;

/** A camera in one network, a viewer in another, and between them a machine with a broker and coturn. */
async function openElsewhere(
  transport: 'udp' | 'tcp',
  ice: (turnUrl: string, address: string) => object | Promise<object>,
  lifetimeS?: number,
) {
  const apart = openApartNetworks();
  resources.onEnd('the networks', () => apart.close());
  const [home, away] = apart.networks;
  const { commonAddress: address, hiddenAddress: relayAddress } = apart;
  const { port } = resources.own(await startMosquitto({ host: address }));
  const broker = `mqtt://${address}:${port}`;
  const coturn = resources.own(
    await startCoturn({ address, relayAddress, secret: SECRET, transport, ...(lifetimeS && { lifetimeS }) }),
  );
  const folder = mkdtempSync(join(tmpdir(), 'picam-turn-'));
  resources.onEnd(folder, () => rmSync(folder, { recursive: true, force: true }));
  const config = join(folder, 'picam.yaml');
  writeFileSync(
    config,
    stringify({ ice: await ice(`turn:${address}:${coturn.port}?transport=${transport}`, address) }),
  );
  const camera = resources.own(
    await startDevice({ broker, namespace: home.name, args: ['--config', config] }),
  );
  const view = async (seconds = 0): Promise<SeenElsewhere> => {
    const words = ['netns', 'exec', away.name, process.execPath, '--no-warnings', VIEWER];
    const { stdout } = await run('ip', [...words, broker, camera.device, String(seconds)], {
      timeout: VIEW_TIMEOUT_MS,
    });
    return JSON.parse(stdout) as SeenElsewhere;
  };
  return { camera, coturn, view };
}

test.each(['udp', 'tcp'] as const)(
  'a viewer in a network that the camera does not reach sees it through coturn, by %s',
  async (transport) => {
    const { camera, coturn, view } = await openElsewhere(transport, (url) => ({
      turn: { provider: 'shared-secret', urls: [url], secret: SECRET, ttlS: 600 },
      relayOnly: transport === 'tcp',
    }));
    const { packets, ended, iceServers } = await view();
    expect(ended).toBeUndefined();
    expect(packets).toBeGreaterThanOrEqual(100);
    expect(iceServers[0]?.username).toMatch(/^\d+:picam$/u);
    // The camera's and the viewer's, each to the other's relayed address.
    expect(coturn.sessions()).toMatchObject({ asked: 2, allocated: 2, betweenRelays: 2 });
    expect(camera.log).not.toContain(SECRET);
    expect(camera.log).not.toContain(iceServers[0]?.credential);
  },
  TEST_TIMEOUT_MS,
);

/** A service that makes credentials for so long, each with another name. @returns its address */
async function startCredentialService(address: string, turnUrl: string, ttlS: number): Promise<string> {
  const service = createServer((_request, response) => {
    const settings = { provider: 'shared-secret' as const, urls: [turnUrl], secret: SECRET, ttlS };
    const { iceServers, expiresInS: expiresIn } = credentialsOfSecret(settings, Date.now());
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ iceServers, expiresIn }));
  });
  resources.onEnd('the service', () => service.close());
  await once(service.listen(0, address), 'listening');
  return `http://${address}:${(service.address() as AddressInfo).port}/`;
}

test(
  'a view outlives the credentials it began with, and the next one gets others',
  async () => {
    const ttlS = 5;
    const { coturn, view } = await openElsewhere(
      'udp',
      async (turnUrl, address) => {
        const url = await startCredentialService(address, turnUrl, ttlS);
        return { turn: { provider: 'url', url }, relayOnly: true };
      },
      2 * ttlS,
    );
    const seen = await view(4 * ttlS);
    expect(seen.ended).toBeUndefined();
    expect(expiryOf(seen)).toBeLessThan(Date.now() / 1000);
    expect(coturn.sessions()).toMatchObject({ allocated: 2, betweenRelays: 2, renewed: 2 });

    const later = await view();
    expect(later.ended).toBeUndefined();
    expect(later.packets).toBeGreaterThanOrEqual(100);
    expect(expiryOf(later)).toBeGreaterThan(Date.now() / 1000 - ttlS);
    expect(coturn.sessions()).toMatchObject({ allocated: 4, betweenRelays: 4 });
  },
  TEST_TIMEOUT_MS,
);

/** Seconds since 1970. */
function expiryOf({ iceServers }: SeenElsewhere): number {
  return Number(iceServers[0]?.username?.split(':')[0]);
}

test(
  'with credentials that have run out there is no way, and the viewer is told so',
  async () => {
    const { coturn, view } = await openElsewhere('udp', (url) => ({
      servers: [{ urls: url, username: '1000000000:picam', credential: 'long ago' }],
    }));
    const { packets, ended } = await view();
    expect(packets).toBe(0);
    expect(ended).toBeDefined();
    expect(coturn.sessions()).toMatchObject({ asked: 2, allocated: 0, betweenRelays: 0 });
  },
  TEST_TIMEOUT_MS,
);
