import { expect, test } from '@jest/globals';
import { systemClock } from '../../../device/capture/clock.ts';
import { deviceConfigurationSchema } from '../../../device/device-configuration.ts';
import { LiveStream } from '../../../device/live-stream/live-stream.ts';
import { openMotion } from '../../../device/motion/open-motion.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { FakeSource } from '../fake-source.ts';

const resources = resourcesOfEachTest();

test('a recording that motion cannot begin is told in the log', async () => {
  const { motion: settings, recording } = deviceConfigurationSchema.parse({
    ...{ device: 'door', name: 'Door', prefix: 'picam', source: 'test', maxViewers: 1, lingerMs: 0 },
    ...{ video: {}, ice: {}, recording: { onMotion: true } },
  });
  const source = new FakeSource(systemClock);
  const stream = resources.own(new LiveStream({ source, logger: silentLogger }));
  const warnings: string[] = [];
  const motion = openMotion({
    settings,
    recording,
    source: {},
    stream,
    recorder: {
      start: () => Promise.reject(new Error('the disk is full')),
      stop: () => Promise.resolve(),
    },
    events: { publish: () => undefined },
    logger: { ...silentLogger, warn: (line) => warnings.push(line) },
    handleChange: () => undefined,
  });
  resources.onEnd('the motion', () => motion.close());
  motion.state.handleSight('outside', true);
  await waitUntil('the warning', () => warnings.length > 0);
  expect(warnings).toEqual(['motion could not be recorded: the disk is full']);
});
