import { beforeAll, describe, expect, test } from '@jest/globals';
import { childrenNamed } from '../device/child-processes.ts';
import { startDevice } from '../support/device.ts';
import { decodeSound } from '../support/mp4.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { shareOfTone } from '../support/opus-sound.ts';
import { PACKED_INSTALL_TIMEOUT_MS } from '../support/packed-install.ts';
import { resourcesOfAllTests } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { CLOSED_NORMALLY } from './data-stream/downloaded-recording.ts';
import { HapCamera } from './hap-camera.ts';
import { HapRecorder, type RunningDownload } from './hap-recorder.ts';
import { startHomebridge, type TestHomebridge } from './homebridge-process.ts';
import { download, expectCleanRecording, hasFragments, preRollIsFull, spanS } from './recording-checks.ts';

const DEVICE = 'hearing';
const LONG_MS = 60_000;
const TONE_HZ = 440;
const RATE = 48_000;
const WINDOW_SAMPLES = RATE / 4;
/** Of the window's power. */
const MOSTLY = 0.9;
/** ffmpeg's tone has an eighth of the full height, which is 0.088 in the mean. */
const AUDIBLE = 0.05;

const resources = resourcesOfAllTests();
let homebridge: TestHomebridge;
let hub: HapRecorder;

beforeAll(async () => {
  const { url } = resources.own(await startMosquitto());
  const args = ['--audio', 'test', '--name', 'Hearing'];
  const device = await startDevice({ broker: url, device: DEVICE, args });
  resources.onEnd('the camera', () => device.stop());
  homebridge = resources.own(await startHomebridge({ broker: { url }, secureVideo: true }));
  const accessory = await homebridge.accessory('Hearing');
  const camera = await HapCamera.pair(accessory);
  resources.onEnd('the controller', () => camera.close());
  hub = new HapRecorder(accessory, camera.pairing);
  resources.onEnd('the hub', () => hub.close());
  await hub.configure({ withSound: true });
  await preRollIsFull(hub);
}, PACKED_INSTALL_TIMEOUT_MS);

interface Heard {
  readonly rms: number;
  readonly tone: number;
}

/** A quarter of a second after the other. */
function windows(samples: Float32Array): Heard[] {
  return Array.from({ length: Math.floor(samples.length / WINDOW_SAMPLES) }, (_, nth) => {
    const part = samples.subarray(nth * WINDOW_SAMPLES, (nth + 1) * WINDOW_SAMPLES);
    const rms = Math.sqrt(part.reduce((sum, sample) => sum + sample * sample, 0) / part.length);
    return { rms, tone: shareOfTone(part, TONE_HZ) };
  });
}

function isTone({ rms, tone }: Heard): boolean {
  return rms > AUDIBLE && tone > MOSTLY;
}

async function end(running: RunningDownload): Promise<void> {
  hub.endDownload(running, CLOSED_NORMALLY);
  await running.stream.close();
}

/** A recording from its beginning to so many fragments. */
async function recorded(fragments: number): Promise<RunningDownload['recording']> {
  const running = await download(hub);
  await hasFragments(running, fragments);
  await end(running);
  return running.recording;
}

function encoders(): Promise<number[]> {
  return childrenNamed('ffmpeg', homebridge.pid);
}

/** Until the pre-roll of a recording is full of sound. */
async function hearsTheTone(): Promise<void> {
  await waitUntil(
    'a recording with the tone',
    async () => windows(await decodeSound((await recorded(2)).file)).every(isTone),
    LONG_MS / 2,
  );
}

describe('the sound of recordings in Apple Home', () => {
  test(
    'is what the microphone hears, from the pre-roll to the end and as long as the pictures',
    async () => {
      await hearsTheTone();
      const recording = await recorded(5);
      const probed = await expectCleanRecording(recording);
      expect(probed).toMatchObject({ audio: 'aac LC 32000 1', video: 'h264 1280x720' });
      const startOf = (kind: string) => probed.packets.find((packet) => packet.kind === kind)?.atS;
      expect([startOf('video'), startOf('audio')]).toEqual([0, 0]);
      expect(Math.abs(spanS(probed, 'audio') - spanS(probed, 'video'))).toBeLessThan(0.05);
      const heard = windows(await decodeSound(recording.file));
      const quietest = Math.min(...heard.map(({ rms }) => rms));
      const leastTone = Math.min(...heard.map(({ tone }) => tone));
      console.info(
        `${heard.length / 4} s of sound: at least ${quietest.toFixed(3)} loud, at least ${(leastTone * 100).toFixed(1)} % of it the tone`,
      );
      expect(heard.filter((window) => !isTone(window))).toEqual([]);
      expect(await encoders()).toHaveLength(1);
    },
    2 * LONG_MS,
  );

  test(
    'becomes silent in the middle of a recording when it is turned off, and no encoder runs any more',
    async () => {
      const running = await download(hub);
      await hasFragments(running, 3);
      await hub.setSound(false);
      await hasFragments(running, 6);
      await end(running);
      const probed = await expectCleanRecording(running.recording);
      expect(probed.audio).toBe('aac LC 32000 1');
      expect(Math.abs(spanS(probed, 'audio') - spanS(probed, 'video'))).toBeLessThan(0.05);
      const heard = windows(await decodeSound(running.recording.file));
      expect(heard.slice(0, 12).every(isTone)).toBe(true);
      expect(heard.slice(-8).map(({ rms }) => rms)).toEqual(new Array(8).fill(0));
      expect(await encoders()).toEqual([]);
      expect((await expectCleanRecording(await recorded(2))).audio).toBeUndefined();
      await hub.setSound(true);
      await hearsTheTone();
    },
    2 * LONG_MS,
  );

  test(
    'is missing for a while when ffmpeg dies, which is said once, and comes back by itself',
    async () => {
      const running = await encoders();
      expect(running).toHaveLength(1);
      for (const encoder of running) process.kill(encoder, 'SIGKILL');
      const words = `[${DEVICE}] recordings in Apple Home are silent: ffmpeg ended (SIGKILL)`;
      await waitUntil('the words', () => homebridge.log.includes(words), LONG_MS / 2);
      await expectCleanRecording(await recorded(3));
      await hearsTheTone();
      expect(homebridge.log.split('recordings in Apple Home are silent')).toHaveLength(2);
    },
    2 * LONG_MS,
  );

  test(
    'leaves no encoder behind when nobody wants recordings any more',
    async () => {
      await hub.setActive(false);
      await waitUntil('no encoder', async () => (await encoders()).length === 0, LONG_MS / 2);
      expect(homebridge.log).not.toMatch(/Unhandled|TypeError|programming mistake/u);
    },
    LONG_MS,
  );
});
