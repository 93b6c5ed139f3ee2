import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { addIpv6, nodeWithin, openApartNetworks, type ApartNetwork } from '../support/apart-networks.ts';
import { startDevice } from '../support/device.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { PACKED_INSTALL_TIMEOUT_MS } from '../support/packed-install.ts';
import { resourcesOfAllTests } from '../support/resources.ts';
import { HapCamera, type Way, withoutInterface } from './hap-camera.ts';
import { startHomebridge, type PublishedAccessory } from './homebridge-process.ts';
import type { PhoneElsewhere, SeenByPhone } from './phone-elsewhere.ts';

const PHONE = fileURLToPath(new URL('./phone-elsewhere.ts', import.meta.url));
const PHONE_TIMEOUT_MS = 50_000;
const LONG_MS = 60_000;
const PICTURES = 60;

const run = promisify(execFile);
const resources = resourcesOfAllTests();
let away: ApartNetwork;
let accessory: PublishedAccessory;
let camera: HapCamera;
const ways = new Map<string, Way>();

/** The phone is in a network of its own; Homebridge, here, is in several. */
beforeAll(async () => {
  const apart = openApartNetworks();
  resources.onEnd('the networks', () => apart.close());
  [away] = apart.networks;
  const { nearest, other, linkLocal } = addIpv6(away);
  ways.set('the nearest IPv4 address', { host: away.gateway, ownAddress: away.ownAddress });
  ways.set('another IPv4 address', { host: apart.commonAddress, ownAddress: away.ownAddress });
  ways.set('the nearest IPv6 address', nearest);
  ways.set('another IPv6 address', other);
  ways.set('a link-local IPv6 address', linkLocal);
  const { url } = resources.own(await startMosquitto());
  resources.own(await startDevice({ broker: url, args: ['--name', 'Front door'] }));
  const homebridge = resources.own(await startHomebridge({ broker: { url } }));
  accessory = await homebridge.accessory('Front door');
  camera = resources.own(await HapCamera.pair(accessory));
}, PACKED_INSTALL_TIMEOUT_MS);

async function seenBy(way: Way): Promise<SeenByPhone> {
  const wish: PhoneElsewhere = { accessory, pairing: camera.pairing, way, pictures: PICTURES };
  const [command, ...before] = nodeWithin(away.name);
  const { stdout } = await run(command, [...before, '--no-warnings', PHONE, JSON.stringify(wish)], {
    timeout: PHONE_TIMEOUT_MS,
  });
  return JSON.parse(stdout) as SeenByPhone;
}

describe('a phone gets the stream from the address of Homebridge that it spoke to:', () => {
  test.each([
    'the nearest IPv4 address',
    'another IPv4 address',
    'the nearest IPv6 address',
    'another IPv6 address',
    'a link-local IPv6 address',
  ])(
    '%s',
    async (name) => {
      const way = ways.get(name);
      if (!way) throw new Error(`there is no way by ${name}`);
      const { named, senders, undecrypted, size, pictures, reports } = await seenBy(way);
      console.info(`${pictures} pictures came from ${senders.join(', ')}`);
      expect({ named, senders, undecrypted, size }).toEqual({
        named: withoutInterface(way.host),
        senders: [way.host],
        undecrypted: 0,
        size: '1280x720',
      });
      expect(pictures).toBeGreaterThan(PICTURES / 2);
      expect(reports).toBeGreaterThan(0);
    },
    LONG_MS,
  );
});
