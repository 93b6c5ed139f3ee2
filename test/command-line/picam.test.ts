import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { isPasswordOf } from '../../web/server/access/password-hash.ts';
import { startDevice } from '../support/device.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { descendantProcesses } from '../support/processes.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { startWeb } from '../support/web.ts';

const resources = resourcesOfEachTest();
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function picam(...words: string[]) {
  const child = spawn(process.execPath, ['command-line/picam.ts', ...words], { cwd: ROOT });
  resources.onEnd('picam', () => child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const ended = once(child, 'close').then(([code]): Ended => ({ code: code as number | null, ...output }));
  return { child, output, ended };
}

test('the version and the help are printed', async () => {
  expect(await picam('--version').ended).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/u),
  });
  expect(await picam('device', '--help').ended).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('--mqtt-port'),
  });
});

test('a wrong configuration ends with 2 and all problems', async () => {
  const { code, stderr } = await picam('device', '--device', 'No!', '--web-port', 'x').ended;
  expect(code).toBe(2);
  expect(stderr).toMatch(/^device: must be/mu);
  expect(stderr).toMatch(/^web\.port: .*--web-port/mu);
  expect(await picam('fly').ended).toMatchObject({ code: 2 });
});

test('a unit for systemd is printed for the configuration that is named, and a wrong one is no reason to fail', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'picam-unit-'));
  resources.onEnd('folder', () => rmSync(folder, { recursive: true }));
  const file = join(folder, 'my.yaml');
  writeFileSync(file, 'broker: {url: "mqtts://a", caFile: /etc/picam/ca.pem}');
  const printed = await picam('service', 'install', '--print', '--config', file).ended;
  expect(printed).toMatchObject({ code: 0, stderr: '' });
  expect(printed.stdout).toContain(`LoadCredential=picam.yaml:${file}\n`);
  expect(printed.stdout).toContain('LoadCredential=broker.caFile:/etc/picam/ca.pem\n');
  writeFileSync(file, 'vidoe: 3');
  expect(await picam('service', 'install', '--print', '--config', file).ended).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`LoadCredential=picam.yaml:${file}\n`),
    stderr: expect.stringContaining('vidoe: is not a known key; is video meant?'),
  });
});

test('--print-config prints the configuration in force', async () => {
  const { code, stdout } = await picam('--print-config', '--name', 'Garden').ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(/^name: Garden$/mu);
});

test('a port that is taken ends with 1 and words', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  resources.onEnd('other', () => other.close());
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const taken = await picam('device', '--mqtt-port', String(port)).ended;
  expect(taken).toMatchObject({ code: 1, stderr: expect.stringContaining('embeddedBroker.port') });
});

test.each([
  ['device', '--source', 'telescope'],
  ['doctor', '--source', 'telescope'],
  ['--print-config', '--source', 'telescope'],
  ['device', '--mqtt-host', '0.0.0.0'],
  ['web', '--web-host', '0.0.0.0'],
])('picam %s %s %s ends with 2 and says what is wrong', async (...words) => {
  const { code, stderr } = await picam(...words).ended;
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /source: .*telescope.* is not known|embeddedBroker\.users: must name a user|web\.users: must name who may watch.*picam web hash-password.*PICAM_WEB_TOKEN/u,
  );
});

test('a password that comes by a pipe is printed as what the configuration keeps of it', async () => {
  const hashing = picam('web', 'hash-password');
  hashing.child.stdin.end('a good password\n');
  const { code, stdout } = await hashing.ended;
  expect(code).toBe(0);
  const { passwordHash } = parse(stdout) as { passwordHash: string };
  expect(await isPasswordOf(passwordHash, 'a good password')).toBe(true);
  const configuration = join(temporaryFolder(), 'picam.yaml');
  writeFileSync(configuration, `web:\n  host: 0.0.0.0\n  users:\n    - name: anna\n      ${stdout}`);
  const printed = await picam('web', '--config', configuration, '--print-config').ended;
  expect(printed).toMatchObject({ code: 0, stdout: expect.stringContaining('name: anna') });
  expect(printed.stdout).not.toContain(passwordHash);
});

test('a password that is too short is refused', async () => {
  const hashing = picam('web', 'hash-password');
  hashing.child.stdin.end('short\n');
  expect(await hashing.ended).toMatchObject({ code: 2, stderr: expect.stringContaining('8 characters') });
});

test('doctor looks at this machine and says what to do, for people and as JSON', async () => {
  const broker = resources.own(await startMosquitto());
  const words = ['doctor', '--source', 'test', '--web-port', '0'];
  const well = await picam(...words, '--broker', broker.url).ended;
  expect(well).toMatchObject({ code: 0, stdout: expect.stringContaining('✓ broker') });
  await broker.stop();
  const unwell = await picam(...words, '--broker', broker.url, '--json').ended;
  expect(unwell.code).toBe(1);
  expect(JSON.parse(unwell.stdout)).toMatchObject({
    ok: false,
    findings: expect.arrayContaining([expect.objectContaining({ about: 'broker', state: 'bad' })]),
  });
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends a device and its encoder with 0', async (signal) => {
  const { child, output, ended } = picam(
    'device',
    '--device',
    'one',
    '--mqtt-port',
    '0',
    '--storage',
    '/dev/null/no',
  );
  await waitUntil('ready', () => /camera "one" is ready \(broker mqtt:/u.test(output.stderr), 15_000);
  const encoders = descendantProcesses(child.pid ?? 0);
  child.kill(signal);
  expect(await ended).toMatchObject({ code: 0 });
  expect(encoders).toEqual([]);
});

test('a device starts without its broker and is there when the broker comes', async () => {
  const first = await startMosquitto();
  await first.stop();
  const { output } = picam('device', '--device', 'two', '--broker', first.url, '--storage', '/dev/null/no');
  await waitUntil('the line about the broker', () => output.stderr.includes('is away'), 15_000);
  resources.own(await startMosquitto({ port: first.port }));
  await waitUntil('ready', () => output.stderr.includes('camera "two" is ready'), 15_000);
});

test('plain picam is a device, a broker and a web page', async () => {
  const { output, child, ended } = picam(
    '--device',
    'all',
    '--mqtt-port',
    '0',
    '--web-port',
    '0',
    '--storage',
    '/dev/null/no',
  );
  await waitUntil('the web page', () => /web page on (http:\S+)/u.exec(output.stderr), 20_000);
  await waitUntil('the camera', () => output.stderr.includes('camera "all" is ready'), 20_000);
  const [, url = ''] = /web page on (http:\S+)/u.exec(output.stderr) ?? [];
  const cameras = await waitUntil('the camera to be listed', async () => {
    const text = await (await fetch(new URL('/api/cameras', url))).text();
    return text.includes('"all"') && text;
  });
  expect(cameras).toContain('online');
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 0 });
});

test('a device that was killed comes back under its own id', async () => {
  const broker = resources.own(await startMosquitto());
  const killed = resources.own(await startDevice({ broker: broker.url, device: 'again' }));
  killed.kill('SIGKILL');
  await waitUntil('its end', () => !killed.running);
  const next = resources.own(await startDevice({ broker: broker.url, device: 'again' }));
  expect(next.running).toBe(true);
});

test('the web page answers to the configured host names and origins', async () => {
  const broker = resources.own(await startMosquitto());
  const file = join(temporaryFolder(), 'picam.yaml');
  writeFileSync(
    file,
    'web: {hostNames: [cameras.example.org], allowedOrigins: ["https://home.example.org"]}\n',
  );
  const web = resources.own(await startWeb(broker.url, { args: ['--config', file] }));
  const statusFor = (headers: Record<string, string>) => statusOf(web.url, headers);
  expect(await statusFor({ host: 'cameras.example.org' })).toBe(204);
  expect(await statusFor({ host: 'elsewhere.example.org' })).toBe(403);
  expect(await statusFor({ origin: 'https://home.example.org' })).toBe(204);
  expect(await statusFor({ origin: 'https://elsewhere.example.org' })).toBe(403);
});

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'picam-web-'));
  resources.onEnd('the folder', () => rmSync(folder, { recursive: true }));
  return folder;
}

/** fetch() would send a Host of its own. */
async function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
  const asked = request(`${url}/whep/a-camera`, { method: 'OPTIONS', headers }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}
