import { execFile, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { withStreams } from '../../foundation/with-streams.ts';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('without-descriptors.ts', import.meta.url));
const TEST_TIMEOUT_MS = 30_000;

test(
  'a process without a file descriptor left is told that a program did not start, and lives on',
  async () => {
    const command = `ulimit -n 64; exec "$0" --no-warnings "$1"`;
    const { stdout } = await run('sh', ['-c', command, process.execPath, SCRIPT], {
      timeout: TEST_TIMEOUT_MS,
    });
    expect(JSON.parse(stdout)).toEqual([
      expect.stringContaining('EMFILE'),
      expect.stringContaining('EMFILE'),
    ]);
  },
  TEST_TIMEOUT_MS,
);

test('a program that starts keeps its own streams', async () => {
  const child = spawn('true');
  const { stdout } = child;
  expect(withStreams(child).stdout).toBe(stdout);
  await new Promise((resolve) => child.once('close', resolve));
});
