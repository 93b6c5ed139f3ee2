import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { resourcesOfEachTest } from '../support/resources.ts';

const SET_UP = fileURLToPath(new URL('../../development/set-up.mjs', import.meta.url));
const TIMEOUT_MS = 20_000;

const resources = resourcesOfEachTest();

function setUp(path = process.env['PATH'] ?? '', target = 'test') {
  return spawnSync(process.execPath, [SET_UP, '--for', target], {
    env: { ...process.env, PATH: path },
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
}

function folderWithNodeAlone(): string {
  const folder = mkdtempSync(join(tmpdir(), 'picam-path-'));
  resources.onEnd(folder, () => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(process.execPath, join(folder, 'node'));
  return folder;
}

test('where programs are missing and nothing may be installed, one line says what to type', () => {
  const { status, stdout, stderr } = setUp(folderWithNodeAlone());

  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toMatch(
    /^\[set-up\] [^\n]*: sudo apt-get update && sudo apt-get install -y ffmpeg chromium [^\n]*\n$/,
  );
});

test('a benchmark goes on without the programs it would compare with, and says so', () => {
  const { status, stderr } = setUp(folderWithNodeAlone(), 'bench');

  expect(status).toBe(0);
  expect(stderr).toMatch(
    /^\[set-up\] [^\n]*: sudo apt-get update && sudo apt-get install -y [^\n]*janus[^\n]*\n$/,
  );
});

test('a second set-up has nothing to do and says nothing', () => {
  const { status, stdout, stderr } = setUp();
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
});
