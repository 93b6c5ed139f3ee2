import { beforeAll, expect, test } from '@jest/globals';
import { startDevice } from '../support/device.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { PACKED_INSTALL_TIMEOUT_MS } from '../support/packed-install.ts';
import { resourcesOfAllTests } from '../support/resources.ts';
import { installStandInPicamera2 } from '../support/stand-in-picamera2.ts';
import { waitUntil } from '../support/wait-until.ts';
import { HapCamera } from './hap-camera.ts';
import { startHomebridge } from './homebridge-process.ts';
import type { SrtpRecorder } from './srtp-recorder.ts';
import { watchStream } from './watch-stream.ts';

const LONG_MS = 60_000;
const FULL_KBPS = 3_000;
const AWAY_KBPS = 1_000;
const TICKS_PER_S = 90_000;
const MEASURED_S = 2;
const BITS_PER_KILOBIT = 1_000;
/** An encoder leaves out what a still picture does not need, and holds a rate only roughly. */
const CLEARLY_LOWER = 0.6;

const resources = resourcesOfAllTests();
let camera: HapCamera;

beforeAll(async () => {
  const { url } = resources.own(await startMosquitto());
  // The test picture keeps its bit rate; this camera's encoder follows while it runs.
  resources.own(installStandInPicamera2('lively'));
  resources.own(
    await startDevice({
      broker: url,
      source: 'picamera2',
      args: ['--name', 'Front door'],
      env: { PICAM_VIDEO_BITRATE_KBPS: String(FULL_KBPS) },
    }),
  );
  const homebridge = resources.own(await startHomebridge({ broker: { url } }));
  camera = resources.own(await HapCamera.pair(await homebridge.accessory('Front door')));
}, PACKED_INSTALL_TIMEOUT_MS);

/** Of the newest two seconds by the pictures' own clock; undefined while there are not so many. */
function newestKbps({ packets }: SrtpRecorder): number | undefined {
  const newest = packets.at(-1)?.timestamp ?? 0;
  const age = (timestamp: number) => (newest - timestamp) >>> 0;
  if (age(packets[0]?.timestamp ?? newest) < MEASURED_S * TICKS_PER_S) return undefined;
  const counted = packets.filter(({ timestamp }) => age(timestamp) < MEASURED_S * TICKS_PER_S);
  const bytes = counted.reduce((sum, { payload }) => sum + payload.length, 0);
  return (bytes * 8) / BITS_PER_KILOBIT / MEASURED_S;
}

test(
  'a phone whose way becomes narrower gets less, and all again when it is wide',
  async () => {
    const { stream, recorder } = await watchStream(camera, resources, FULL_KBPS);
    const full = await waitUntil('two seconds of it', () => newestKbps(recorder), LONG_MS / 2);
    await camera.reconfigure(stream, AWAY_KBPS);
    const isLower = () => (newestKbps(recorder) ?? full) < full * CLEARLY_LOWER;
    await waitUntil('less', isLower, LONG_MS / 2);
    const low = newestKbps(recorder) ?? 0;
    await camera.reconfigure(stream, FULL_KBPS);
    await waitUntil('all of it', () => !isLower(), LONG_MS / 2);
    console.info(`RECONFIGURE: ${Math.round(full)} kbit/s, then ${Math.round(low)} kbit/s`);
    await camera.end(stream);
    expect(recorder.undecrypted).toBe(0);
  },
  3 * LONG_MS,
);
