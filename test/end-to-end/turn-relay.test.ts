import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { resourcesOfEachTest } from '../support/resources.ts';
import {
  openRelayedCamera,
  type RelayedCameraOptions,
  startCredentialService,
  TURN_SECRET,
} from './relayed-camera.ts';
import type { SeenElsewhere } from './viewer-elsewhere.ts';

const run = promisify(execFile);
const resources = resourcesOfEachTest();
const VIEWER = fileURLToPath(new URL('./viewer-elsewhere.ts', import.meta.url));
const VIEW_TIMEOUT_MS = 40_000;
const TEST_TIMEOUT_MS = 90_000;

async function openElsewhere(options: RelayedCameraOptions) {
  const { away, broker, camera, coturn } = await openRelayedCamera(resources, options);
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
    const { camera, coturn, view } = await openElsewhere({
      transport,
      ice: (url) => ({
        turn: { provider: 'shared-secret', urls: [url], secret: TURN_SECRET, ttlS: 600 },
        relayOnly: transport === 'tcp',
      }),
    });
    const { packets, ended, iceServers } = await view();
    expect(ended).toBeUndefined();
    expect(packets).toBeGreaterThanOrEqual(100);
    expect(iceServers[0]?.username).toMatch(/^\d+:picam$/u);
    // The camera's and the viewer's, each to the other's relayed address.
    expect(coturn.sessions()).toMatchObject({ asked: 2, allocated: 2, betweenRelays: 2 });
    expect(camera.log).not.toContain(TURN_SECRET);
    expect(camera.log).not.toContain(iceServers[0]?.credential);
  },
  TEST_TIMEOUT_MS,
);

test(
  'a view outlives the credentials it began with, and the next one gets others',
  async () => {
    const ttlS = 5;
    const { coturn, view } = await openElsewhere({
      transport: 'udp',
      ice: async (turnUrl, address) => {
        const url = await startCredentialService(resources, address, turnUrl, ttlS);
        return { turn: { provider: 'url', url }, relayOnly: true };
      },
      lifetimeS: 2 * ttlS,
    });
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
    const { coturn, view } = await openElsewhere({
      transport: 'udp',
      ice: (url) => ({
        servers: [{ urls: url, username: '1000000000:picam', credential: 'long ago' }],
      }),
    });
    const { packets, ended } = await view();
    expect(packets).toBe(0);
    expect(ended).toBeDefined();
    expect(coturn.sessions()).toMatchObject({ asked: 2, allocated: 0, betweenRelays: 0 });
  },
  TEST_TIMEOUT_MS,
);
