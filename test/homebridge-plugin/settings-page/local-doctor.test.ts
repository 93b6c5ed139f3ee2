import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { freePort } from '../../../demo/ports.ts';
import { localCameraSchema } from '../../../homebridge-plugin/local-camera/local-camera-settings.ts';
import { consultLocalDoctor } from '../../../homebridge-plugin/settings-page/local-doctor.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';

const TEST_TIMEOUT_MS = 60_000;
const resources = resourcesOfEachTest();

test(
  'an examination leaves nothing behind, also of one that was killed, and leaves another one alone',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'picam-doctor-'));
    resources.onEnd('the folder', () => rmSync(folder, { recursive: true, force: true }));
    const anHourAgo = new Date(Date.now() - 3_600_000);
    for (const name of ['examination-killed', 'examination-running']) mkdirSync(join(folder, name));
    utimesSync(join(folder, 'examination-killed'), anHourAgo, anHourAgo);
    const settings = localCameraSchema.parse({ source: 'test', port: await freePort() });
    const findings = await consultLocalDoctor(settings, 'picam', folder);
    expect(findings.map(({ about }) => about)).toContain('ffmpeg');
    expect(readdirSync(folder)).toEqual(['examination-running']);
  },
  TEST_TIMEOUT_MS,
);
