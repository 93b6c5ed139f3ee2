import { beforeAll, describe, expect, test } from '@jest/globals';
import { childrenNamed } from '../device/child-processes.ts';
import { startDevice } from '../support/device.ts';
import { filmFile } from '../support/film.ts';
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
/** Windows. */
const AT_BOTH_ENDS = 20;
const IN_STEP_S = 0.1;
const TONE_HZ = 440;
const RATE = 48_000;
/** So short that a tone which a busy machine tears is one in nearly all of them. */
const WINDOW_S = 0.05;
const WINDOW_SAMPLES = RATE * WINDOW_S;
const NEARLY_ALL = 0.8;
/** Of the window's power. */
const MOSTLY = 0.9;
/** ffmpeg's tone has an eighth of the full height, which is 0.088 in the mean. */
const AUDIBLE = 0.05;

const resources = resourcesOfAllTests();
let homebridge: TestHomebridge;
let hub: HapRecorder;

beforeAll(async () => {
  const { url } = resources.own(await startMosquitto());
  // Played as it is: beside other tests there would be no time to encode.
  const film = resources.own(await filmFile([{ seconds: 20, fps: 10, gopPictures: 20 }]));
  const args = ['--audio', 'test', '--name', 'Hearing'];
  const device = await startDevice({ broker: url, device: DEVICE, source: `file:${film.path}`, args });
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

/** One short while after the other. */
function windows(samples: Float32Array): Heard[] {
  return Array.from({ length: Math.floor(samples.length / WINDOW_SAMPLES) }, (_, nth) => {
    const part = samples.subarray(nth * WINDOW_SAMPLES, (nth + 1) * WINDOW_SAMPLES);
    const rms = Math.sqrt(part.reduce((sum, sample) => sum + sample * sample, 0) / part.length);
    return { rms, tone: shareOfTone(part, TONE_HZ) };
  });
}

function shareWithTone(heard: readonly Heard[]): number {
  return heard.filter(({ rms, tone }) => rms > AUDIBLE && tone > MOSTLY).length / heard.length;
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
    async () => shareWithTone(windows(await decodeSound((await recorded(2)).file))) > NEARLY_ALL,
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
      expect(probed).toMatchObject({ audio: 'aac LC 32000 1', video: 'h264 320x240' });
      const startOf = (kind: string) => probed.packets.find((packet) => packet.kind === kind)?.atS;
      expect([startOf('video'), startOf('audio')]).toEqual([0, 0]);
      expect(Math.abs(spanS(probed, 'audio') - spanS(probed, 'video'))).toBeLessThan(IN_STEP_S);
      const heard = windows(await decodeSound(recording.file));
      const share = shareWithTone(heard);
      console.info(
        `the tone is in ${(share * 100).toFixed(1)} % of ${(heard.length * WINDOW_S).toFixed(2)} s`,
      );
      expect(share).toBeGreaterThan(NEARLY_ALL);
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
      await hasFragments(running, 5);
      await end(running);
      const probed = await expectCleanRecording(running.recording);
      expect(probed.audio).toBe('aac LC 32000 1');
      expect(Math.abs(spanS(probed, 'audio') - spanS(probed, 'video'))).toBeLessThan(IN_STEP_S);
      const heard = windows(await decodeSound(running.recording.file));
      expect(shareWithTone(heard.slice(0, AT_BOTH_ENDS))).toBeGreaterThan(NEARLY_ALL);
      expect(Math.max(...heard.slice(-AT_BOTH_ENDS).map(({ rms }) => rms))).toBe(0);
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
