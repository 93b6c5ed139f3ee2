import { expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventSchema, type DeviceEvent } from '../../../contract/device-messages.ts';
import type { SourceMotion } from '../../../device/capture/source.ts';
import { LiveStream } from '../../../device/live-stream/live-stream.ts';
import { motionSettingsSchema } from '../../../device/motion/motion-settings.ts';
import { MotionWatch } from '../../../device/motion/motion-watch.ts';
import { recordingSettingsSchema } from '../../../device/recording/recording-settings.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { startEmbeddedBroker } from '../../support/embedded-broker.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { FakeSource } from '../fake-source.ts';
import { ManualClock } from '../manual-clock.ts';
import { runDevice } from '../running-device.ts';

const resources = resourcesOfEachTest();

test('a sensor tells of motion: state, events and a recording follow', async () => {
  const { url } = resources.own(await startEmbeddedBroker());
  const folder = await mkdtemp(join(tmpdir(), 'recordings-'));
  resources.onEnd('the folder', () => rm(folder, { recursive: true, force: true }));
  const { requests, id, bus, topics, source } = await runDevice(resources, url, {
    motion: motionSettingsSchema.parse({ coolDownS: 0 }),
    recording: recordingSettingsSchema.parse({ folder, minFreeMB: 0, onMotion: true }),
  });
  const state = async () => (await requests.request(id, 'get', {})).state;
  const events: DeviceEvent[] = [];
  bus.subscribe(topics.event('motion'), ({ payload }) =>
    events.push(eventSchema.parse(JSON.parse(payload.toString()))),
  );
  expect(source.running).toBe(false);
  await bus.publish(topics.set('motion'), 'ON');
  await waitUntil('the recording', async () => (await state()).recording);
  expect((await state()).motion).toBe(true);
  source.keyframe();
  await bus.publish(topics.set('motion'), 'OFF');
  await waitUntil('its end', async () => !(await state()).recording);
  expect((await state()).motion).toBe(false);
  await waitUntil('both events', () => events.length === 2);
  expect(events.map(({ seq, kind, data }) => ({ seq, kind, data }))).toEqual([
    { seq: 0, kind: 'motion', data: { motion: true, witness: 'outside' } },
    { seq: 1, kind: 'motion', data: { motion: false, witness: 'outside' } },
  ]);
  expect((await requests.request(id, 'record', { action: 'list' })).total).toBe(1);
});

test('a recording on command outlasts motion', async () => {
  const { url } = resources.own(await startEmbeddedBroker());
  const folder = await mkdtemp(join(tmpdir(), 'recordings-'));
  resources.onEnd('the folder', () => rm(folder, { recursive: true, force: true }));
  const { requests, id, bus, topics } = await runDevice(resources, url, {
    motion: motionSettingsSchema.parse({ coolDownS: 0 }),
    recording: recordingSettingsSchema.parse({ folder, minFreeMB: 0, onMotion: true }),
  });
  const state = async () => (await requests.request(id, 'get', {})).state;
  await requests.request(id, 'record', { action: 'start' });
  await bus.publish(topics.set('motion'), 'ON');
  await waitUntil('motion', async () => (await state()).motion);
  await bus.publish(topics.set('motion'), 'OFF');
  await waitUntil('its end', async () => !(await state()).motion);
  expect((await state()).recording).toBe(true);
  await requests.request(id, 'record', { action: 'stop' });
  expect((await state()).recording).toBe(false);
});

test('watching keeps the camera on, uses what the source sees, and rests after a stop', async () => {
  const clock = new ManualClock();
  const source = new FakeSource(clock);
  let tell: (motion: SourceMotion) => void = () => undefined;
  let watches = 0;
  const onMotion = (_: unknown, handler: (motion: SourceMotion) => void) => {
    watches += 1;
    tell = handler;
    return () => void (watches -= 1);
  };
  const stream = resources.own(new LiveStream({ source, clock, logger: silentLogger }));
  const seen: boolean[] = [];
  const watch = new MotionWatch({
    source: { onMotion },
    stream,
    sensitivity: 50,
    detects: true,
    handleSight: (isMoving) => seen.push(isMoving),
    logger: silentLogger,
  });
  watch.open();
  expect([stream.running, stream.viewers]).toEqual([true, 0]);
  source.keyframe();
  source.picture();
  expect(watches).toBe(1);
  tell({ isMoving: true, score: 9 });
  expect(seen).toEqual([true]);
  await stream.stop();
  expect([stream.running, watches, seen.at(-1)]).toEqual([false, 0, false]);
  stream.start();
  source.keyframe();
  expect(watches).toBe(1);
  watch.close();
  expect(watches).toBe(0);
});
