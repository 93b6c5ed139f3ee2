import { expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OffMark } from '../../../device/camera-switch/off-mark.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';

const resources = resourcesOfEachTest();

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'picam-switch-'));
  resources.onEnd('folder', () => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('off is kept, in a folder that is made for it', async () => {
  const storage = join(folder(), 'not', 'yet');
  expect(await new OffMark(storage, silentLogger).read()).toBe(false);
  await new OffMark(storage, silentLogger).write(true);
  expect(await new OffMark(storage, silentLogger).read()).toBe(true);
});

test('the last of several quick changes holds', async () => {
  const storage = folder();
  const mark = new OffMark(storage, silentLogger);
  void mark.write(true);
  void mark.write(false);
  void mark.write(true);
  await mark.write(false);
  expect(await mark.read()).toBe(false);
});

test('a folder that cannot be written costs a line in the log', async () => {
  const lines: string[] = [];
  const mark = new OffMark('/dev/null/no', { ...silentLogger, warn: (line) => void lines.push(line) });
  expect(await mark.read()).toBe(false);
  await mark.write(false);
  expect(lines).toEqual([]);
  await mark.write(true);
  expect(lines).toEqual([expect.stringMatching(/off cannot be kept .* set "storage"/u)]);
});
