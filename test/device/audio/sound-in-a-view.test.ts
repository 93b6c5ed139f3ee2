import { beforeEach, describe, expect, test } from '@jest/globals';
import { infoSchema, stateSchema } from '../../../contract/device-messages.ts';
import { audioSettingsSchema } from '../../../device/audio/audio-settings.ts';
import { EmbeddedBroker } from '../../../device/broker/embedded-broker.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { sequencePlus } from '../../../media/rtp-sequence.ts';
import { decodeOpus, shareOfTone } from '../../support/opus-sound.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { childrenNamed } from '../child-processes.ts';
import { retainedValue, runDevice, type RunningDevice } from '../running-device.ts';
import { TestViewer } from '../test-viewer.ts';

const PATIENCE_MS = 20_000;
const CONNECT_TIMEOUT_MS = 8_000;
const MAX_ATTEMPTS = 3;
const TEST_TIMEOUT_MS = 90_000;
const TONE = audioSettingsSchema.parse({ source: 'test' });
const resources = resourcesOfEachTest();
let brokerUrl: string;

beforeEach(async () => {
  const broker = resources.own(new EmbeddedBroker({ host: '127.0.0.1', port: 0, logger: silentLogger }));
  await broker.open();
  brokerUrl = broker.url;
});

function runWithSound(audio = TONE): Promise<RunningDevice> {
  return runDevice(resources, brokerUrl, { audio });
}

type Offered = 'sound' | 'everything' | 'picture alone';

/**
 * When this process, which is both ends, stands still for half a second, werift's handshake with itself may fail; then
 * another viewer comes.
 */
async function watch(device: RunningDevice, offered: Offered): Promise<TestViewer> {
  for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt += 1) {
    const viewer = await openViewer(device, offered);
    if (await isConnected(viewer).catch(() => false)) return viewer;
    await device.requests.request(device.id, 'close', {}, { session: viewer.session });
  }
  const viewer = await openViewer(device, offered);
  await isConnected(viewer);
  return viewer;
}

async function openViewer({ requests, id }: RunningDevice, offered: Offered): Promise<TestViewer> {
  const options = { withAudio: offered === 'sound', withEverything: offered === 'everything' };
  const viewer = resources.own(new TestViewer({ requests, device: id, ...options }));
  await viewer.open();
  return viewer;
}

function isConnected({ connection }: TestViewer): Promise<boolean> {
  const [transport] = connection.dtlsTransports;
  return waitUntil('the viewer', () => transport?.state === 'connected', CONNECT_TIMEOUT_MS);
}

async function state({ requests, id }: RunningDevice) {
  return stateSchema.parse((await requests.request(id, 'get', {})).state);
}

/** Asserts what a viewer sees: the pictures given from now on come. */
async function expectPictures({ source }: RunningDevice, viewer: TestViewer): Promise<void> {
  const before = viewer.packets.length;
  source.keyframe();
  await waitUntil('a picture', () => viewer.packets.length > before, PATIENCE_MS);
}

describe('a camera with sound', () => {
  test(
    'sends it beside the picture to who asks for it: the tone of the microphone, without gaps',
    async () => {
      const device = await runWithSound();
      const viewer = await watch(device, 'everything');
      expect(viewer.answer).toMatch(/^m=audio 9 /mu);
      expect(viewer.answer).toMatch(/^m=application 0 /mu);
      await waitUntil('two seconds of sound', () => viewer.audioPackets.length >= 100, PATIENCE_MS);
      await expectPictures(device, viewer);
      const packets = viewer.audioPackets.slice(0, 100);
      const [first] = packets;
      expect(packets.map(({ header }) => header.sequenceNumber)).toEqual(
        packets.map((_, n) => sequencePlus(first?.header.sequenceNumber ?? 0, n)),
      );
      const samples = await decodeOpus(packets.map(({ payload }) => payload));
      expect(shareOfTone(samples.subarray(9_600), 440)).toBeGreaterThan(0.95);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'reports both streams under one name, with times that are those of the wall clock',
    async () => {
      const device = await runWithSound();
      const viewer = await watch(device, 'sound');
      await expectPictures(device, viewer);
      const reportOf = (ssrc: number | undefined) =>
        viewer.senderReports.findLast((report) => report.ssrc === ssrc);
      await waitUntil('sound', () => viewer.audioPackets.length > 0, PATIENCE_MS);
      const ssrcs = [viewer.packets, viewer.audioPackets].map(([packet]) => packet?.header.ssrc);
      const reports = await waitUntil(
        'both reports',
        () => {
          const [picture, sound] = ssrcs.map(reportOf);
          return picture && sound && { picture, sound };
        },
        PATIENCE_MS,
      );
      for (const { senderInfo } of Object.values(reports)) {
        const seconds = Number(senderInfo.ntpTimestamp >> 32n) - 2_208_988_800;
        expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(5);
      }
      const cnames = [...viewer.answer.matchAll(/^a=ssrc:(\d+) cname:(\S+)/gmu)];
      expect(new Set(cnames.map(([, , cname]) => cname)).size).toBe(1);
      expect(cnames.map(([, ssrc]) => Number(ssrc))).toEqual(expect.arrayContaining(ssrcs));
      expect(ssrcs[0]).not.toBe(ssrcs[1]);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'turns the microphone on with the first who listens, once for all, and off with the last',
    async () => {
      const device = await runWithSound();
      const silent = await watch(device, 'picture alone');
      await expectPictures(device, silent);
      expect(silent.answer).not.toContain('m=audio');
      expect(await childrenNamed('ffmpeg')).toEqual([]);

      const listeners = [await watch(device, 'sound')];
      await device.requests.request(device.id, 'close', {}, { session: silent.session });
      listeners.push(await watch(device, 'sound'));
      for (const { audioPackets } of listeners)
        await waitUntil('sound', () => audioPackets.length > 10, PATIENCE_MS);
      expect(await childrenNamed('ffmpeg')).toHaveLength(1);

      for (const { session } of listeners) await device.requests.request(device.id, 'close', {}, { session });
      await waitUntil(
        'the microphone to be off',
        async () => (await childrenNamed('ffmpeg')).length === 0,
        PATIENCE_MS,
      );
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'has its microphone off, too, when its owner turns it off',
    async () => {
      const device = await runWithSound();
      const viewer = await watch(device, 'sound');
      await waitUntil('sound', () => viewer.audioPackets.length > 0, PATIENCE_MS);
      await device.bus.publish(device.topics.set('enabled'), 'OFF');
      await waitUntil(
        'the microphone to be off',
        async () => (await childrenNamed('ffmpeg')).length === 0,
        PATIENCE_MS,
      );
      await waitUntil('the end of the view', () => viewer.closeReasons.length > 0, PATIENCE_MS);
      expect(viewer.closeReasons).toEqual(['disabled']);
      await expect(watch(device, 'sound')).rejects.toMatchObject({ code: 'forbidden' });
      expect(await childrenNamed('ffmpeg')).toEqual([]);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'survives the end of the program that records: the picture goes on, and the sound comes back',
    async () => {
      const device = await runWithSound();
      const viewer = await watch(device, 'sound');
      await waitUntil('sound', () => viewer.audioPackets.length > 0, PATIENCE_MS);
      const [killed] = await childrenNamed('ffmpeg');
      process.kill(killed ?? 0, 'SIGKILL');
      const isAnother = async () => {
        const [pid] = await childrenNamed('ffmpeg');
        return pid !== undefined && pid !== killed;
      };
      await waitUntil('another ffmpeg', isAnother, PATIENCE_MS);
      await expectPictures(device, viewer);
      const before = viewer.audioPackets.length;
      await waitUntil('sound again', () => viewer.audioPackets.length > before + 10, PATIENCE_MS);
      const [last, next] = viewer.audioPackets.slice(before - 1);
      expect(next?.header.sequenceNumber).toBe(sequencePlus(last?.header.sequenceNumber ?? 0, 1));
      expect(viewer.closeReasons).toEqual([]);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'whose microphone is missing plays without, and says why',
    async () => {
      const device = await runWithSound({ ...TONE, source: 'alsa:hw:CARD=Nowhere' });
      const viewer = await watch(device, 'sound');
      const told = await waitUntil('the error', async () => (await state(device)).error, PATIENCE_MS);
      expect(told.message).toMatch(/microphone alsa:hw:CARD=Nowhere is not there/u);
      await expectPictures(device, viewer);
      expect(await state(device)).toMatchObject({ health: 'degraded', viewers: 1 });
      expect(device.log.join('\n')).toContain('warn: [audio] microphone alsa:hw:CARD=Nowhere failed');
    },
    TEST_TIMEOUT_MS,
  );

  test('announces it', async () => {
    const { topics } = await runWithSound();
    const info = infoSchema.parse(JSON.parse(await retainedValue(brokerUrl, topics.info)));
    expect(info.audio).toEqual({ codec: 'opus' });
  });
});

describe('a camera without sound', () => {
  test(
    'rejects the audio of an offer and announces none',
    async () => {
      const device = await runDevice(resources, brokerUrl);
      const viewer = await watch(device, 'sound');
      expect(viewer.answer).toMatch(/^m=audio 0 /mu);
      await expectPictures(device, viewer);
      const info = infoSchema.parse(JSON.parse(await retainedValue(brokerUrl, device.topics.info)));
      expect(info).not.toHaveProperty('audio');
      expect(await childrenNamed('ffmpeg')).toEqual([]);
    },
    TEST_TIMEOUT_MS,
  );
});
