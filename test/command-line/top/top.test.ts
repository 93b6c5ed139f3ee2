import { beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { deviceStatisticsSchema } from '../../../contract/device-statistics.ts';
import { deviceTopics } from '../../../contract/topics.ts';
import { connectBus } from '../../support/connect-bus.ts';
import { startDevice } from '../../support/device.ts';
import { startMosquitto } from '../../support/mosquitto.ts';
import { resourcesOfAllTests, resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';

const shared = resourcesOfAllTests();
const resources = resourcesOfEachTest();
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** A machine that is busy with other tests takes its time. */
const PATIENCE_MS = 30_000;
const WHOLE_SCREEN = '\u001b[?1049h';
const SCREEN_BEFORE = '\u001b[?1049l';
const CURSOR = '\u001b[?25h';

let broker = '';

beforeAll(async () => {
  broker = shared.own(await startMosquitto()).url;
  shared.own(await startDevice({ broker, device: 'front-door' }));
  const bus = shared.own(await connectBus(broker));
  await bus.publish(deviceTopics('picam', 'front-door').set('stream'), 'ON');
}, 60_000);

/** Ended with the test, if it has not ended by itself. */
function start(command: string, words: readonly string[]) {
  const child = spawn(command, words, { cwd: ROOT, detached: true });
  resources.onEnd(command, () => {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
      process.kill(-child.pid, 'SIGKILL');
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...said }));
  return { child, said, ended };
}

function top(...words: string[]) {
  return start(process.execPath, ['--no-warnings', 'command-line/picam.ts', 'top', ...words]).ended;
}

/** In a pseudo terminal of 80 columns, whose settings are printed afterwards. */
function topInTerminal(url: string, ...words: string[]) {
  const picam = [
    process.execPath,
    '--no-warnings',
    'command-line/picam.ts',
    'top',
    '--broker',
    url,
    ...words,
  ];
  const line = `stty cols 80 rows 24; ${picam.join(' ')}; echo "ended with $?"; stty -a`;
  return start('script', ['-qec', line, '/dev/null']);
}

describe('without a terminal picam top', () => {
  test('prints a table once', async () => {
    const { code, stdout, stderr } = await top('--broker', broker, '--once');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [head = '', line = ''] = stdout.split('\n');
    expect(head).toMatch(/^CAMERA .* MEM$/u);
    expect(line).toMatch(/^front-door running +\d+\.\d +\d+\.\d\d +0 +0 +\d+ +0 .* \d+% +\d+M$/u);
    expect(stdout).not.toContain('\u001b');
  }, 60_000);

  test('prints JSON whose numbers are those of op stats', async () => {
    const { code, stdout } = await top('front-door', '--broker', broker, '--json');
    expect(code).toBe(0);
    const told = JSON.parse(stdout) as { broker: string; cameras: { statistics: unknown; rates: unknown }[] };
    expect(told).toMatchObject({ broker, cameras: [{ device: 'front-door', online: true }] });
    const statistics = deviceStatisticsSchema.parse(told.cameras[0]?.statistics);
    expect(statistics).toMatchObject({ state: { streaming: true }, source: { starts: 1 } });
    expect(told.cameras[0]?.rates).toMatchObject({ picturesPerS: expect.any(Number) });
  }, 60_000);

  test('says in words that a camera is not there, or that the broker is away', async () => {
    expect(await top('nobody', '--broker', broker)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `There is no camera "nobody" on ${broker}; there are front-door.\n`,
    });
    expect(await top('--json', '--broker', broker, '--prefix', 'elsewhere')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^No camera is on .* "elsewhere"\. Does "picam device" run/u),
    });
    expect(await top('--once', '--broker', 'mqtt://127.0.0.1:1')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^No connection: broker mqtt:\/\/127\.0\.0\.1:1 is away: .*--broker/u),
    });
  }, 60_000);
});

describe('in a terminal picam top', () => {
  test.each([
    ['q', 'q'],
    ['Ctrl-C', '\u0003'],
  ])(
    'shows the camera anew each second until %s, and leaves the terminal as it was',
    async (_, key) => {
      const { child, said, ended } = topInTerminal(broker);
      const draws = () =>
        said.stdout.split('\u001b[H').filter((draw) => /front-door running +\d+\.\d/u.test(draw));
      await waitUntil('three views of the camera', () => draws().length >= 3, PATIENCE_MS);
      for (const line of draws().flatMap((draw) => draw.split(/\r+\n/u))) {
        // eslint-disable-next-line no-control-regex -- they take no room
        expect(line.replaceAll(/\u001b\[[?\d]*[a-zA-Z]/gu, '').length).toBeLessThanOrEqual(80);
      }
      child.stdin.write(key);
      const { stdout } = await waitUntil('the end', ended, PATIENCE_MS);
      expect(stdout.indexOf(WHOLE_SCREEN)).toBeLessThan(stdout.indexOf(SCREEN_BEFORE));
      expect(stdout.lastIndexOf(CURSOR)).toBeGreaterThan(stdout.lastIndexOf('front-door'));
      expect(stdout).toContain('ended with 0');
      expect(stdout).toMatch(/[ ;]icanon/u);
      expect(stdout).toMatch(/[ ;\n]echo /u);
    },
    90_000,
  );

  test('waits for a broker that is away, and says so', async () => {
    const { child, said, ended } = topInTerminal('mqtt://127.0.0.1:1', 'front-door');
    await waitUntil('the words', () => said.stdout.includes('is away'), PATIENCE_MS);
    expect(said.stdout).toContain('No connection: broker mqtt://127.0.0.1:1');
    child.stdin.write('q');
    expect((await waitUntil('the end', ended, PATIENCE_MS)).stdout).toContain('ended with 0');
  }, 90_000);
});
