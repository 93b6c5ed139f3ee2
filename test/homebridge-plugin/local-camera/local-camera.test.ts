import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { deviceTopics } from '../../../contract/topics.ts';
import { ChildProgram } from '../../../demo/child-program.ts';
import { freePort } from '../../../demo/ports.ts';
import { systemClock } from '../../../foundation/clock.ts';
import {
  LocalCamera,
  type LocalCameraOptions,
} from '../../../homebridge-plugin/local-camera/local-camera.ts';
import { localCameraSchema } from '../../../homebridge-plugin/local-camera/local-camera-settings.ts';
import { connectBus } from '../../support/connect-bus.ts';
import { isRunning } from '../../support/processes.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { recordLog, type RecordedLog } from './recorded-log.ts';

const OWNER = fileURLToPath(new URL('local-camera-owner.ts', import.meta.url));
const START_TIMEOUT_MS = 20_000;
const LONG_MS = 60_000;
const resources = resourcesOfEachTest();

interface Started extends RecordedLog {
  readonly camera: LocalCamera;
  readonly folder: string;
  readonly port: number;
  /** How often it has come up. */
  readonly ready: () => number;
  readonly problems: readonly string[];
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'picam-local-'));
  resources.onEnd('the folder', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function start(settings: object = {}, options: Partial<LocalCameraOptions> = {}): Promise<Started> {
  const folder = join(newFolder(), 'picam-camera');
  const port = await freePort();
  const log = recordLog();
  const problems: string[] = [];
  let ready = 0;
  const camera = new LocalCamera({
    settings: { ...localCameraSchema.parse({ enabled: true, port }), source: 'test', ...settings },
    prefix: 'picam',
    folder,
    clock: systemClock,
    logger: log.logger,
    handleReady: () => (ready += 1),
    handleProblem: (words) => problems.push(words),
    pauseMs: () => 50,
    ...options,
  });
  resources.own(camera);
  camera.open();
  return { ...log, camera, folder, port, ready: () => ready, problems };
}

function isUp(started: Started, times = 1): Promise<unknown> {
  return waitUntil('the camera is ready', () => started.ready() >= times, START_TIMEOUT_MS);
}

describe("this machine's camera", () => {
  test(
    'is on a broker of its own, for every program on this machine, until it is closed',
    async () => {
      const started = await start({ name: 'Shed', size: '640x360' });
      await isUp(started);
      const { camera } = started;
      const bus = resources.own(await connectBus(camera.brokerUrl));
      const { info, status } = deviceTopics('picam', camera.device ?? '');
      const heard = new Map<string, string>();
      for (const topic of [info, status])
        bus.subscribe(topic, ({ payload }) => heard.set(topic, payload.toString()));
      await waitUntil('the camera tells of itself', () => heard.size === 2);
      expect(heard.get(status)).toBe('online');
      expect(JSON.parse(heard.get(info) ?? '')).toMatchObject({
        name: 'Shed',
        limits: { width: 640, height: 360 },
      });

      const pid = camera.pid ?? 0;
      expect(isRunning(pid)).toBe(true);
      await camera.close();
      expect(isRunning(pid)).toBe(false);
      expect(started.linesOf('error')).toEqual([]);
    },
    LONG_MS,
  );

  test(
    'is the same device after each start, with a name made of the machine',
    async () => {
      const first = await start();
      await isUp(first);
      await first.camera.close();
      const again = await start({}, { folder: first.folder });
      await isUp(again);
      expect(again.camera.device).toMatch(/^[a-z0-9-]+-[0-9a-f]{4}$/u);
      expect(again.camera.device).toBe(first.camera.device);
    },
    LONG_MS,
  );

  test(
    'is started again when it was killed, and says so in one line',
    async () => {
      const started = await start();
      await isUp(started);
      const first = started.camera.pid ?? 0;
      process.kill(first, 'SIGKILL');
      await isUp(started, 2);
      expect(started.camera.pid).not.toBe(first);
      process.kill(started.camera.pid ?? 0, 'SIGKILL');
      await isUp(started, 3);
      expect(started.linesOf('error')).toEqual([expect.stringContaining('signal SIGKILL')]);
    },
    LONG_MS,
  );

  test(
    'waits for a port that another program has, and says so in one line',
    async () => {
      const port = await freePort();
      const other = createServer().listen(port, '127.0.0.1');
      await once(other, 'listening');
      const started = await start({ port });
      await waitUntil('it has failed twice', () => started.problems.length >= 2, START_TIMEOUT_MS);
      expect(started.linesOf('error')).toEqual([expect.stringMatching(/EADDRINUSE/u)]);
      other.close();
      await isUp(started);
    },
    LONG_MS,
  );

  test(
    'is not started again with settings that can never work',
    async () => {
      const started = await start({ source: 'nonsense' });
      await waitUntil('it has failed', () => started.problems.length > 0, START_TIMEOUT_MS);
      expect(started.linesOf('error')).toEqual([expect.stringMatching(/source: .*"nonsense" is not known/u)]);
      expect(started.camera.isGivenUp).toBe(true);
    },
    LONG_MS,
  );

  test(
    'has its settings from Homebridge alone, in a folder that is closed to others',
    async () => {
      process.env['PICAM_DEVICE'] = 'somebody-else';
      resources.onEnd('the variable', () => delete process.env['PICAM_DEVICE']);
      const started = await start({ device: 'front-door' });
      await isUp(started);
      expect(started.linesOf('info')).toEqual([expect.stringContaining('"front-door"')]);
      const { folder } = started;
      expect(statSync(folder).mode & 0o077).toBe(0);
      expect(statSync(join(folder, 'picam.yaml')).mode & 0o077).toBe(0);
      expect(readFileSync(join(folder, 'picam.yaml'), 'utf8')).toContain(join(folder, 'storage'));
      expect(readdirSync(folder)).toContain('storage');
    },
    LONG_MS,
  );

  test(
    'does not outlive a Homebridge that is killed',
    async () => {
      const port = await freePort();
      const owner = resources.own(
        new ChildProgram({
          name: 'the owner',
          command: process.execPath,
          args: [OWNER, String(port), newFolder()],
          env: { NODE_OPTIONS: '--no-warnings' },
        }).start(),
      );
      const [, pid = ''] = await owner.waitForLog(/^ready (\d+)$/mu, START_TIMEOUT_MS);
      expect(isRunning(Number(pid))).toBe(true);
      owner.kill('SIGKILL');
      await waitUntil('the camera has ended', () => !isRunning(Number(pid)));
    },
    LONG_MS,
  );

  test('of a folder that cannot be written is told in one line', async () => {
    const file = join(newFolder(), 'no-folder');
    writeFileSync(file, '');
    const started = await start({}, { folder: join(file, 'below') });
    expect(started.linesOf('error')).toEqual([expect.stringContaining('cannot be written')]);
  });
});
