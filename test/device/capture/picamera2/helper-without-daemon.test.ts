import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { helperCommand } from '../../../../device/capture/picamera2/helper-command.ts';
import { isRunning } from '../../../support/processes.ts';
import { resourcesOfEachTest } from '../../../support/resources.ts';
import { installStandInPicamera2, type Picamera2Behaviour } from '../../../support/stand-in-picamera2.ts';
import { waitUntil } from '../../../support/wait-until.ts';

const VIDEO = { width: 320, height: 180, fps: 30, bitrateKbps: 500, keyframeIntervalS: 2 };
const resources = resourcesOfEachTest();

test.each<[string, Picamera2Behaviour]>([
  ['streams', 'still'],
  ['gives no pictures', 'silence'],
  ['hangs', 'hangs-on-close'],
])('a helper whose camera %s ends when its daemon was killed', async (_, behaviour) => {
  resources.own(installStandInPicamera2(behaviour));
  const { program, args } = helperCommand(0, VIDEO);
  const helper = spawn(program, [...args], { stdio: ['pipe', 'pipe', 'ignore'], env: process.env });
  resources.onEnd('helper', () => helper.kill('SIGKILL'));
  await waitUntil('the helper has started', once(helper.stdout, 'data'), 15_000);
  // What the kernel does to the pipes of a process that was killed.
  helper.stdin.destroy();
  helper.stdout.destroy();
  await waitUntil('the helper is gone', () => !isRunning(helper.pid ?? 0), 4_000);
  expect(helper.pid).toBeDefined();
});
