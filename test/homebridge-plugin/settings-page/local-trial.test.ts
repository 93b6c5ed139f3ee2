import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { freePort } from '../../../demo/ports.ts';
import { systemClock } from '../../../foundation/clock.ts';
import { localCameraSchema } from '../../../homebridge-plugin/local-camera/local-camera-settings.ts';
import { LocalTrial } from '../../../homebridge-plugin/settings-page/local-trial.ts';
import { descendantProcesses } from '../../support/processes.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';

const TEST_TIMEOUT_MS = 90_000;
const resources = resourcesOfEachTest();

const programs = () => descendantProcesses(process.pid).length;

test(
  'while somebody types, one camera at a time is tried, and the last one stays',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'picam-trial-'));
    resources.onEnd('the folder', () => rmSync(folder, { recursive: true, force: true }));
    const trial = resources.own(
      new LocalTrial({ folder, clock: systemClock, handleChange: () => undefined }),
    );
    const port = await freePort();
    const settings = (size: string) =>
      localCameraSchema.parse({ enabled: true, source: 'test', device: 'desk', port, size });
    await trial.show(settings('640x360'), 'picam');
    const programsOfOne = programs();
    const [overtaken, last] = await Promise.allSettled([
      trial.show(settings('640x480'), 'picam'),
      trial.show(settings('1280x720'), 'picam'),
    ]);
    expect(overtaken).toMatchObject({ status: 'rejected', reason: { code: 'busy' } });
    expect(last).toMatchObject({ status: 'fulfilled', value: { device: 'desk', isSaved: false } });
    expect(existsSync(join(folder, 'trial'))).toBe(true);
    expect(programs()).toBe(programsOfOne);
    await trial.close();
    await waitUntil('the end of the program', () => programs() === 0);
    expect(existsSync(join(folder, 'trial'))).toBe(false);
  },
  TEST_TIMEOUT_MS,
);
