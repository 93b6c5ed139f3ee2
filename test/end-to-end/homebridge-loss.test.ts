import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { stateSchema } from '../../contract/device-messages.ts';
import { deviceTopics } from '../../contract/topics.ts';
import { openApartNetworks, type ApartNetwork } from '../support/apart-networks.ts';
import { connectBus } from '../support/connect-bus.ts';
import { startDevice } from '../support/device.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { PACKED_INSTALL_TIMEOUT_MS } from '../support/packed-install.ts';
import { resourcesOfAllTests } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { decodeWithFfmpeg } from './decode-with-ffmpeg.ts';
import { HapCamera } from './hap-camera.ts';
import { startHomebridge, type PublishedAccessory } from './homebridge-process.ts';
import type { SrtpRecorder } from './srtp-recorder.ts';
import { watchStream } from './watch-stream.ts';

const LONG_MS = 60_000;
const WATCHED_S = 5;
const PICTURES_PER_SECOND = 30;
const TICKS_PER_S = 90_000;

const resources = resourcesOfAllTests();
let home: ApartNetwork;
let accessory: PublishedAccessory;
let camera: HapCamera;
let viewers: number | undefined;

/** The camera is in a network of its own; Homebridge and the controllers are here. */
beforeAll(async () => {
  const apart = openApartNetworks();
  resources.onEnd('the networks', () => apart.close());
  [home] = apart.networks;
  const { port } = resources.own(await startMosquitto({ host: apart.commonAddress }));
  const broker = `mqtt://${apart.commonAddress}:${port}`;
  const bus = resources.own(await connectBus(broker));
  bus.subscribe(deviceTopics('picam', 'front-door').state, ({ payload }) => {
    ({ viewers } = stateSchema.parse(JSON.parse(payload.toString())));
  });
  const folder = mkdtempSync(join(tmpdir(), 'picam-loss-'));
  resources.onEnd(folder, () => rmSync(folder, { recursive: true, force: true }));
  const config = join(folder, 'picam.yaml');
  // What leaves together as one segmented packet would be lost as one, and that seldom.
  writeFileSync(config, stringify({ bursts: 'list' }));
  const args = ['--name', 'Front door', '--config', config];
  resources.own(await startDevice({ broker, device: 'front-door', namespace: home.name, args }));
  const homebridge = resources.own(await startHomebridge({ broker: { url: broker }, maxStreams: 3 }));
  accessory = await homebridge.accessory('Front door');
  camera = resources.own(await HapCamera.pair(accessory));
}, PACKED_INSTALL_TIMEOUT_MS);

function secondsOf({ packets }: SrtpRecorder): number {
  const [first, last] = [packets[0], packets.at(-1)];
  return first && last ? ((last.timestamp - first.timestamp) >>> 0) / TICKS_PER_S : 0;
}

describe('Apple Home watches a camera', () => {
  test.each([
    [2, 0.9],
    [10, 0.75],
  ])(
    'that %d %% of the packets get lost on the way from: what is lost comes again',
    async (percent, leastShare) => {
      home.lose(percent / 100);
      const { stream, recorder } = await watchStream(camera, resources);
      await waitUntil('five seconds', () => secondsOf(recorder) > WATCHED_S, LONG_MS);
      await camera.end(stream);
      const losses = home.losses();
      home.lose(0);
      const { size, pictures } = decodeWithFfmpeg(recorder.video);
      const wanted = secondsOf(recorder) * PICTURES_PER_SECOND;
      const missing = ((100 * recorder.missingPackets) / recorder.packets.length).toFixed(2);
      console.info(
        `${percent} % lost, ${losses} of ${recorder.packets.length} packets: ${pictures} of ${Math.round(wanted)} pictures, ${missing} % of packets for good`,
      );
      expect({ size, undecrypted: recorder.undecrypted }).toEqual({ size: '1280x720', undecrypted: 0 });
      expect(losses).toBeGreaterThan((recorder.packets.length * percent) / 100 / 2);
      expect(pictures).toBeGreaterThan(wanted * leastShare);
    },
    2 * LONG_MS,
  );

  test(
    'on three phones at once over one view of the camera',
    async () => {
      const second = resources.own(camera.anotherConnection(accessory));
      const third = resources.own(second.anotherConnection(accessory));
      const phones = [camera, second, third];
      const watched = [];
      for (const phone of phones) watched.push({ phone, ...(await watchStream(phone, resources)) });
      for (const { recorder } of watched)
        await waitUntil('two seconds', () => secondsOf(recorder) > 2, LONG_MS / 2);
      await waitUntil('one viewer', () => viewers === 1, LONG_MS / 2);
      for (const { phone, stream } of watched) await phone.end(stream);
      for (const { recorder } of watched) {
        expect(recorder.undecrypted).toBe(0);
        const { size, pictures } = decodeWithFfmpeg(recorder.video);
        expect(size).toBe('1280x720');
        expect(pictures).toBeGreaterThan(PICTURES_PER_SECOND);
      }
      await waitUntil('no viewer', () => viewers === 0, LONG_MS / 2);
    },
    2 * LONG_MS,
  );
});
