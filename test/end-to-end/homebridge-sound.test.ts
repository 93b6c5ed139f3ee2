import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { RtpPacket } from '../../media/rtp.ts';
import { startDevice } from '../support/device.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { decodeOpus, makeOpus, shareOfTone } from '../support/opus-sound.ts';
import { PACKED_INSTALL_TIMEOUT_MS } from '../support/packed-install.ts';
import { resourcesOfAllTests } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { isWholeWav, readWav } from '../support/wav.ts';
import { HapCamera } from './hap-camera.ts';
import { startHomebridge, type TestHomebridge } from './homebridge-process.ts';
import { SOUND_PAYLOAD_TYPE, type SoundWish } from './selected-media.ts';
import { SrtpRecorder } from './srtp-recorder.ts';

const LONG_MS = 60_000;
const HEARD_MS = 1_800;
const TONE_HZ = 440;

const resources = resourcesOfAllTests();
/** The file that the camera's loudspeaker is. */
let said: string;
let homebridge: TestHomebridge;
let withSound: HapCamera;
let withoutSound: HapCamera;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'picam-home-talk-'));
  resources.onEnd(folder, () => rmSync(folder, { recursive: true, force: true }));
  said = join(folder, 'said.wav');
  const { url } = resources.own(await startMosquitto());
  const hearing = await startDevice({
    broker: url,
    device: 'hearing',
    args: ['--audio', 'test', '--name', 'Hearing'],
    env: { PICAM_AUDIO_SPEAKER: `file:${said}` },
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

/** Sound has a port of its own, as HAP allows. */
async function startStream(wish: SoundWish) {
  const [{ recorder: pictures, port }, { recorder: sound, port: soundPort }] = [
    await newRecorder(),
    await newRecorder(),
  ];
  const stream = await withSound.setUp(port, soundPort);
  pictures.useKeys(stream.keys);
  sound.useKeys(stream.sound.keys);
  sound.answer(stream.controllerKeys, stream.sound.port);
  await withSound.start(stream, wish);
  return { stream, sound, pictures };
}

/** Hears a stream for a while. */
async function hear(wish: SoundWish): Promise<{ sound: SrtpRecorder; pictures: SrtpRecorder; ssrc: number }> {
  const { stream, sound, pictures } = await startStream(wish);
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

test(
  'whoever talks into the phone is heard at the camera',
  async () => {
    const wish = { rateKhz: 24, packetTimeMs: 20 } as const;
    const { stream, sound } = await startStream(wish);
    await waitUntil('sound', () => sound.packets.length > 10, LONG_MS / 2);
    expect(existsSync(said)).toBe(false);
    for (const opus of await makeOpus('0.5*sin(2*PI*880*t)', 2)) {
      sound.say(opus, SOUND_PAYLOAD_TYPE, wish.rateKhz * wish.packetTimeMs);
      await wait(wish.packetTimeMs);
    }
    await waitUntil('the end of it', () => existsSync(said) && isWholeWav(readFileSync(said)), LONG_MS / 2);
    await withSound.end(stream);
    const { samples, rate } = readWav(readFileSync(said));
    expect(samples.length / rate).toBeGreaterThan(1.5);
    expect(shareOfTone(samples.subarray(rate / 2), 880)).toBeGreaterThan(0.8);
  },
  2 * LONG_MS,
);
