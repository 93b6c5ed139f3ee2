import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { HttpClient } from 'hap-controller';
import { z } from 'zod';
import { ChildProgram } from '../../demo/child-program.ts';
import { readSetupUri } from '../support/read-setup-uri.ts';
import { ensureBuilt } from '../support/ensure-built.ts';
import { descendantProcesses, isRunning } from '../support/processes.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';

const MAIN = fileURLToPath(new URL('../../demo/main.ts', import.meta.url));
const LIVE_TIMEOUT_MS = 60_000;
const TEST_TIMEOUT_MS = 120_000;
/** Compiled code that Node itself keeps in the system's folder for temporary files. */
const NODE_CACHE = 'node-compile-cache';
const ANY_PORTS = ['--web-port', '0', '--mqtt-port', '0', '--node-red-port', '0', '--homebridge-port', '0'];

const pairable = {
  host: z.literal('127.0.0.1'),
  port: z.number().int().positive(),
  pin: z.string().regex(/^\d{3}-\d{2}-\d{3}$/),
  setupUri: z.string().startsWith('X-HM://').length(20),
};
const lineSchema = z.strictObject({
  device: z.string().min(1),
  web: z.url({ protocol: /^http$/ }),
  mqtt: z.url({ protocol: /^mqtt$/ }),
  nodeRed: z.url({ protocol: /^http$/ }),
  nodeRedOffer: z.url({ protocol: /^http$/ }),
  homebridge: z.strictObject({
    ...pairable,
    accessories: z
      .array(
        z.strictObject({
          name: z.string(),
          id: z.string().regex(/^([0-9A-F]{2}:){5}[0-9A-F]{2}$/),
          ...pairable,
        }),
      )
      .length(1),
  }),
});

const resources = resourcesOfEachTest();

async function startDemo(temporary: string, ...flags: string[]): Promise<ChildProgram> {
  await ensureBuilt();
  const demo = new ChildProgram({
    name: 'the demo',
    command: process.execPath,
    args: [MAIN, '--json', ...ANY_PORTS, ...flags],
    env: { TMPDIR: temporary },
  });
  demo.start();
  resources.onEnd('the demo and its parts', async () => {
    const parts = descendantProcesses(demo.pid);
    await demo.stop();
    for (const { pid } of parts) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  });
  return demo;
}

async function readLine(demo: ChildProgram): Promise<z.infer<typeof lineSchema>> {
  await demo.waitForLog(/^\{.*\}$/m, LIVE_TIMEOUT_MS);
  expect(demo.output).toMatch(/^\{[^\n]*\}\n$/);
  return lineSchema.parse(JSON.parse(demo.output));
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'picam-demo-test-'));
  resources.onEnd(folder, () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test(
  'the demo says in one line where everything is, all of it answers, and Ctrl-C leaves nothing behind',
  async () => {
    const temporary = temporaryFolder();
    const demo = await startDemo(temporary);
    const line = await readLine(demo);

    const page = await fetch(line.web);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<html');
    expect((await fetch(line.nodeRed)).status).toBe(200);

    const [camera] = line.homebridge.accessories;
    if (!camera) throw new Error('The schema lets no line without a camera through.');
    expect(readSetupUri(camera.setupUri)).toMatchObject({ pin: camera.pin, category: 17 });
    expect(readSetupUri(line.homebridge.setupUri)).toMatchObject({ pin: line.homebridge.pin, category: 2 });
    expect(await servicesAfterPairing(camera)).toContain(SHORT_CAMERA_STREAM_SERVICE);

    const parts = descendantProcesses(demo.pid);
    expect(parts.length).toBeGreaterThanOrEqual(3);
    demo.kill('SIGINT');
    expect(await waitUntil('the demo ends', demo.exited, 15_000)).toEqual({ code: 0, signal: null });
    await waitUntil('all it started is gone', () => parts.every(({ pid }) => !isRunning(pid)));
    const left = readdirSync(temporary).filter((name) => name !== NODE_CACHE);
    expect(left).toEqual([]);
  },
  TEST_TIMEOUT_MS,
);

test(
  'a part that crashes ends the demo, which says what happened and keeps the storage it was given',
  async () => {
    const storage = temporaryFolder();
    const demo = await startDemo(temporaryFolder(), '--storage', storage);
    const line = await readLine(demo);
    const parts = descendantProcesses(demo.pid);
    const nodeRed = parts.find(({ pid }) => commandLine(pid).includes('node-red'));
    process.kill(nodeRed?.pid ?? NaN, 'SIGKILL');

    expect(await waitUntil('the demo ends', demo.exited, 15_000)).toEqual({ code: 1, signal: null });
    expect(demo.log).toMatch(/Node-RED ended \(signal SIGKILL\)\. Its last lines:\n.*\S/);
    await waitUntil('all it started is gone', () => parts.every(({ pid }) => !isRunning(pid)));
    const kept = JSON.parse(readFileSync(join(storage, 'demo.json'), 'utf8')) as unknown;
    expect(kept).toMatchObject({ device: line.device, pin: line.homebridge.pin });
  },
  TEST_TIMEOUT_MS,
);

/** CameraRTPStreamManagement, as /accessories shortens it. */
const SHORT_CAMERA_STREAM_SERVICE = '110';

async function servicesAfterPairing(camera: { id: string; host: string; port: number; pin: string }) {
  const client = new HttpClient(camera.id, camera.host, camera.port);
  try {
    await client.pairSetup(camera.pin);
    const { accessories } = await client.getAccessories();
    return accessories.flatMap(({ services }) => services.map(({ type }) => shortUuid(type)));
  } finally {
    await client.close();
  }
}

function shortUuid(type: string): string {
  return type.replace(/-0000-1000-8000-0026BB765291$/i, '').replace(/^0+/, '');
}

function commandLine(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
}
