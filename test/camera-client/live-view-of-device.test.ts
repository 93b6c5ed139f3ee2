import { describe, expect, test } from '@jest/globals';
import { CameraRequests, type Push } from '../../camera-client/camera-requests.ts';
import type { LiveViewError, LiveViewPacket } from '../../camera-client/live-view.ts';
import type { ClockReading } from '../../camera-client/receive-path/clock-reading.ts';
import { LiveViewConnection } from '../../camera-client/live-view-connection.ts';
import type { Unsubscribe } from '../../contract/message-bus.ts';
import { audioSettingsSchema } from '../../device/audio/audio-settings.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { childrenNamed } from '../device/child-processes.ts';
import { type RunningDevice, runDevice } from '../device/running-device.ts';
import { connectBus } from '../support/connect-bus.ts';
import { startDevice } from '../support/device.ts';
import { decodeOpus, shareOfTone } from '../support/opus-sound.ts';
import { startPlainBroker } from '../support/plain-broker.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';

const resources = resourcesOfEachTest();
const PATIENCE_MS = 20_000;
const TICKS_PER_MS = { video: 90, audio: 48 };
/** Between a picture and its sound, as far as a picture in this process can tell. */
const OUT_OF_STEP_MS = 100;

interface WatchedView {
  readonly packets: LiveViewPacket[];
  readonly sound: LiveViewPacket[];
  readonly ends: LiveViewError[];
  /** How much later than they were recorded the pictures and the sound came, by the camera's word. */
  readonly latenessMs: { readonly video: number[]; readonly audio: number[] };
}

function watch(requests: CameraRequests, device: string, withAudio = false): WatchedView {
  const view: WatchedView = { packets: [], sound: [], ends: [], latenessMs: { video: [], audio: [] } };
  const clocks: Partial<Record<'video' | 'audio', ClockReading>> = {};
  const noteLateness = (track: 'video' | 'audio', timestamp: number) => {
    const clock = clocks[track];
    if (!clock) return;
    const capturedAtMs = clock.epochMs + ((timestamp - clock.timestamp) | 0) / TICKS_PER_MS[track];
    view.latenessMs[track].push(Date.now() - capturedAtMs);
  };
  const connection = resources.own(
    new LiveViewConnection({
      device,
      requests,
      withAudio,
      iceServers: () => Promise.resolve([]),
      listener: {
        handlePacket: (packet) => {
          view.packets.push(packet);
          noteLateness('video', packet.timestamp);
        },
        handleAudioPacket: (packet) => {
          view.sound.push(packet);
          noteLateness('audio', packet.timestamp);
        },
        handleClock: (track, reading) => (clocks[track] = reading),
        handleEnd: (error) => view.ends.push(error),
      },
      logger: silentLogger,
    }),
  );
  connection.open();
  return view;
}

async function deviceInThisProcess(audioSource = 'off'): Promise<RunningDevice> {
  const broker = resources.own(await startPlainBroker());
  const audio = audioSettingsSchema.parse({ source: audioSource });
  return runDevice(resources, broker.url, { audio });
}

async function playing({ id, requests, source }: RunningDevice, withAudio = false): Promise<WatchedView> {
  const view = watch(requests, id, withAudio);
  await waitUntil('the camera', () => source.running, PATIENCE_MS);
  await waitUntil(
    'a picture',
    () => {
      source.keyframe();
      return view.packets.length > 0;
    },
    PATIENCE_MS,
  );
  return view;
}

/** What a camera says unasked comes later, as over a slow broker, or never. */
function delayPushes(requests: CameraRequests, delayMs: number): void {
  const onPush = requests.onPush.bind(requests);
  requests.onPush = (handle: (push: Push) => void): Unsubscribe => {
    let isOver = false;
    const stop = onPush((push) => setTimeout(() => !isOver && handle(push), delayMs).unref());
    return () => {
      isOver = true;
      stop();
    };
  };
}

describe('a live view of a device', () => {
  test.each([0, 400])('is told why the camera ended it, when MQTT takes %i ms', async (delayMs) => {
    const device = await deviceInThisProcess();
    delayPushes(device.requests, delayMs);
    const view = await playing(device);
    await device.requests.request(device.id, 'stop', {});
    await waitUntil('the end', () => view.ends.length > 0, PATIENCE_MS);
    expect(view.ends).toMatchObject([{ reason: 'stopped' }]);
  });

  test('is lost when the camera ended it and no reason comes', async () => {
    const device = await deviceInThisProcess();
    delayPushes(device.requests, PATIENCE_MS);
    const view = await playing(device);
    await device.requests.request(device.id, 'stop', {});
    await waitUntil('the end', () => view.ends.length > 0, PATIENCE_MS);
    expect(view.ends).toMatchObject([{ reason: 'lost' }]);
  });

  test('stays while the camera starts again, and goes on with it', async () => {
    const device = await deviceInThisProcess();
    const view = await playing(device);
    const pauseMs = 2_500;
    device.source.fail();
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    await waitUntil('the camera again', () => device.source.running, PATIENCE_MS);
    const before = view.packets.length;
    device.source.keyframe();
    await waitUntil('another picture', () => view.packets.length > before, PATIENCE_MS);
    expect(view.ends).toEqual([]);
    const indexes = view.packets.map(({ index }) => index);
    expect(indexes).toEqual(indexes.map((_, n) => (indexes[0] ?? 0) + n));
  });

  test('with sound gets the Opus packets of its microphone beside the picture', async () => {
    const view = await playing(await deviceInThisProcess('test'), true);
    await waitUntil('a second of sound', () => view.sound.length >= 50, PATIENCE_MS);
    const samples = await decodeOpus(view.sound.map(({ payload }) => payload));
    expect(shareOfTone(samples.subarray(9_600), 440)).toBeGreaterThan(0.95);
    const [first, second] = view.sound;
    expect([second?.index, second?.timestamp]).toEqual([
      (first?.index ?? 0) + 1,
      ((first?.timestamp ?? 0) + 960) % 2 ** 32,
    ]);
  });

  test('knows by the camera’s word which sound goes with which picture', async () => {
    const device = await deviceInThisProcess('test');
    const { latenessMs } = await playing(device, true);
    await waitUntil(
      'pictures and sound with a known time',
      () => {
        device.source.keyframe();
        return Math.min(latenessMs.video.length, latenessMs.audio.length) > 25;
      },
      PATIENCE_MS,
    );
    const [video, audio] = [Math.min(...latenessMs.video), Math.min(...latenessMs.audio)];
    console.info(`pictures came ${video.toFixed(1)} ms after their time, sound ${audio.toFixed(1)} ms`);
    expect(Math.abs(video - audio)).toBeLessThan(OUT_OF_STEP_MS);
  });

  test('without sound leaves the microphone off, and so does a camera that has none', async () => {
    const mute = await deviceInThisProcess('off');
    const hopeful = await playing(mute, true);
    const device = await deviceInThisProcess('test');
    const view = await playing(device);
    expect(await childrenNamed('ffmpeg')).toEqual([]);
    expect([...hopeful.sound, ...hopeful.ends, ...view.sound, ...view.ends]).toEqual([]);
  });

  test('is silent a second after the device has stopped living', async () => {
    const broker = resources.own(await startPlainBroker());
    const device = resources.own(await startDevice({ broker: broker.url }));
    const bus = resources.own(await connectBus(broker.url));
    const requests = resources.own(new CameraRequests({ bus, prefix: 'picam', peer: 'me' }));
    requests.open();
    const view = watch(requests, device.device);
    await waitUntil('pictures', () => view.packets.length > 100, PATIENCE_MS);
    device.kill('SIGSTOP');
    try {
      await waitUntil('the end', () => view.ends.length > 0, PATIENCE_MS);
      expect(view.ends).toMatchObject([{ reason: 'silent' }]);
    } finally {
      device.kill('SIGCONT');
    }
  });
});
