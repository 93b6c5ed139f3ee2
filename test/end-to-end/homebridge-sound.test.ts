import { beforeAll, describe, expect, test } from '@jest/globals';
import type { RtpPacket } from '../../media/rtp.ts';
import { startDevice } from '../support/device.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { decodeOpus, shareOfTone } from '../support/opus-sound.ts';
import { PACKED_INSTALL_TIMEOUT_MS } from '../support/packed-install.ts';
import { resourcesOfAllTests } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { HapCamera } from './hap-camera.ts';
import { startHomebridge, type TestHomebridge } from './homebridge-process.ts';
import { SOUND_PAYLOAD_TYPE, type SoundWish } from './selected-media.ts';
import { SrtpRecorder } from './srtp-recorder.ts';

const LONG_MS = 60_000;
const HEARD_MS = 1_800;
const TONE_HZ = 440;

const resources = resourcesOfAllTests();
let homebridge: TestHomebridge;
let withSound: HapCamera;
let withoutSound: HapCamera;

beforeAll(async () => {
  const { url } = resources.own(await startMosquitto());
  const hearing = await startDevice({
    broker: url,
    device: 'hearing',
    args: ['--audio', 'test', '--name', 'Hearing'],
  });
  resources.onEnd('the camera with a microphone', () => hearing.stop());
  const deaf = await startDevice({ broker: url, device: 'deaf', args: ['--name', 'Deaf'] });
  resources.onEnd('the camera without one', () => deaf.stop());
  homebridge = resources.own(await startHomebridge({ broker: { url } }));
  withSound = await pair('Hearing');
  withoutSound = await pair('Deaf');
}, PACKED_INSTALL_TIMEOUT_MS);

async function pair(name: string): Promise<HapCamera> {
  const camera = await HapCamera.pair(await homebridge.accessory(name));
  resources.onEnd(`the controller of ${name}`, () => camera.close());
  return camera;
}

async function newRecorder(): Promise<{ recorder: SrtpRecorder; port: number }> {
  const recorder = new SrtpRecorder();
  resources.onEnd('the recorder', () => recorder.close());
  return { recorder, port: await recorder.open() };
}

/** Hears a stream for a while, on a port of its own as HAP allows. */
async function hear(wish: SoundWish): Promise<{ sound: SrtpRecorder; pictures: SrtpRecorder; ssrc: number }> {
  const [{ recorder: pictures, port }, { recorder: sound, port: soundPort }] = [
    await newRecorder(),
    await newRecorder(),
  ];
  const stream = await withSound.setUp(port, soundPort);
  pictures.useKeys(stream.keys);
  sound.useKeys(stream.sound.keys);
  sound.answer(stream.controllerKeys, stream.sound.port);
  await withSound.start(stream, wish);
  const enough = HEARD_MS / wish.packetTimeMs;
  await waitUntil('sound', () => sound.packets.length > enough, LONG_MS / 2);
  await waitUntil('pictures', () => pictures.packets.length > 30, LONG_MS / 2);
  await waitUntil('reports', () => sound.reports.length > 1, LONG_MS / 2);
  await withSound.end(stream);
  return { sound, pictures, ssrc: stream.sound.ssrc };
}

function steps(packets: readonly RtpPacket[]): number[] {
  return packets.slice(1).map(({ timestamp }, nth) => (timestamp - (packets[nth]?.timestamp ?? 0)) >>> 0);
}

describe('the sound of a camera in Apple Home', () => {
  test.each<SoundWish & { step: number }>([
    { rateKhz: 16, packetTimeMs: 20, step: 320 },
    { rateKhz: 24, packetTimeMs: 60, step: 1440 },
    { rateKhz: 16, packetTimeMs: 40, step: 640 },
  ])(
    'is what the microphone hears, in packets of $packetTimeMs ms with times of $rateKhz kHz',
    async ({ step, ...wish }) => {
      const { sound, pictures, ssrc } = await hear(wish);
      expect({ sound: sound.undecrypted, pictures: pictures.undecrypted }).toEqual({ sound: 0, pictures: 0 });
      expect(new Set(sound.packets.map((packet) => `${packet.ssrc} ${packet.payloadType}`))).toEqual(
        new Set([`${ssrc} ${SOUND_PAYLOAD_TYPE}`]),
      );
      expect(new Set(steps(sound.packets))).toEqual(new Set([step]));
      const samples = await decodeOpus(
        sound.packets.map(({ payload }) => payload),
        wish.packetTimeMs / 1_000,
      );
      expect(shareOfTone(samples.subarray(4_800), TONE_HZ)).toBeGreaterThan(0.9);
      expect(new Set(sound.reports.map(({ report }) => report.ssrc))).toEqual(new Set([ssrc]));
    },
    LONG_MS,
  );

  test(
    'is not promised for a camera that has no microphone',
    async () => {
      expect(await withSound.hasMicrophone()).toBe(true);
      expect(await withoutSound.hasMicrophone()).toBe(false);
    },
    LONG_MS,
  );
});
