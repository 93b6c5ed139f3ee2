import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { silentLogger, type Logger } from '../../foundation/logger.ts';
import { KeptSettings } from '../../homebridge-plugin/kept-settings.ts';

let folder: string;
let warnings: string[];
let logger: Logger;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'picam-kept-'));
  warnings = [];
  logger = { ...silentLogger, warn: (line) => void warnings.push(line) };
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function opened(file = join(folder, 'picam', 'door.json')): KeptSettings {
  const kept = new KeptSettings(file, logger);
  kept.open();
  return kept;
}

test('what is changed is there after a restart, in one file of its own', () => {
  opened().change({ wish: false, isOffByHome: true, eventSnapshots: false });
  const restarted = opened();
  expect(restarted.now).toMatchObject({
    isOn: true,
    wish: false,
    isOffByHome: true,
    eventSnapshots: false,
    periodicSnapshots: true,
  });
  restarted.change({ wish: undefined, isOn: false });
  expect(opened().now).toMatchObject({ isOn: false, eventSnapshots: false });
  expect(opened().now.wish).toBeUndefined();
  expect(readdirSync(join(folder, 'picam'))).toEqual(['door.json']);
  expect(warnings).toEqual([]);
});

test.each([['no JSON'], ['[]'], ['{"isOn":"maybe"}']])('a file with %p in it counts as empty', (text) => {
  mkdirSync(join(folder, 'picam'));
  writeFileSync(join(folder, 'picam', 'door.json'), text);
  expect(opened().now).toMatchObject({ isOn: true, isOffByHome: false });
});

test('a folder that cannot be written costs a line in the log and no more', () => {
  writeFileSync(join(folder, 'picam'), 'a file where the folder should be');
  const kept = opened();
  kept.change({ isOn: false });
  expect(kept.now.isOn).toBe(false);
  expect(warnings.join()).toContain('cannot be written');
});
