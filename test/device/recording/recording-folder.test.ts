import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { RecordingFolder } from '../../../device/recording/recording-folder.ts';
import { recordingName } from '../../../device/recording/recording-name.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';

const resources = resourcesOfEachTest();
const BYTES_EACH = 600_000;

function folderWith(recordings: number) {
  const path = mkdtempSync(join(tmpdir(), 'picam-recordings-'));
  resources.onEnd('the folder', () => rmSync(path, { recursive: true }));
  for (let index = 0; index < recordings; index += 1) {
    writeFileSync(join(path, recordingName(Date.now() - index * 60_000)), Buffer.alloc(BYTES_EACH));
  }
  const limits = { maxTotalMB: 1, maxAgeDays: 30, minFreeMB: 0 };
  return { path, folder: new RecordingFolder({ path, isMade: false, limits }) };
}

test('several that make room at once remove the same files without a fault', async () => {
  const { path, folder } = folderWith(12);
  await Promise.all(Array.from({ length: 8 }, () => folder.makeRoom()));
  expect(readdirSync(path)).toHaveLength(1);
});

test('a recording that is not there cannot be removed, and one that is goes', async () => {
  const { path, folder } = folderWith(1);
  const [name = ''] = readdirSync(path);
  await folder.remove(name);
  expect(readdirSync(path)).toEqual([]);
  await expect(folder.remove(name)).rejects.toMatchObject({ code: 'not_found' });
  await expect(folder.remove('../outside')).rejects.toMatchObject({ code: 'bad_request' });
});

test('a folder that is made is nobody else’s, and so is what goes in; one that was given stays as it is', async () => {
  const { path, folder: given } = folderWith(0);
  const made = join(path, 'storage', 'recordings');
  const limits = { maxTotalMB: 1, maxAgeDays: 30, minFreeMB: 0 };
  const folder = new RecordingFolder({ path: made, isMade: true, limits });
  await folder.prepare();
  expect(statSync(made).mode & 0o777).toBe(0o700);
  expect([folder.fileMode, given.fileMode]).toEqual([0o600, 0o666]);
});
