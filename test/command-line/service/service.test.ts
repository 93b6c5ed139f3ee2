import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ServiceHost,
  installService,
  uninstallService,
} from '../../../command-line/service/service-commands.ts';
import { ServiceNotifier } from '../../../command-line/service/service-notifier.ts';
import { UNIT_FILE, serviceUnit } from '../../../command-line/service/service-unit.ts';
import type { ProgramRun } from '../../../device/capture/program-run.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';

const resources = resourcesOfEachTest();
const PROGRAM = { node: '/usr/bin/node', script: '/opt/picam.js', configuration: '/etc/picam/picam.yaml' };
const DONE: ProgramRun = { kind: 'ended', exitCode: 0, stdout: '', stderr: '' };

function fakeHost(changes: Partial<ServiceHost> = {}, result: ProgramRun = DONE) {
  const files = new Map<string, { text: string; mode: number }>();
  const calls: string[] = [];
  const said: string[] = [];
  const host: ServiceHost = {
    isRoot: true,
    hasSystemd: true,
    run: (program, args) => {
      calls.push([program, ...args].join(' '));
      return Promise.resolve(result);
    },
    exists: (path) => files.has(path),
    write: (path, text, mode) => void files.set(path, { text, mode }),
    remove: (path) => void files.delete(path),
    say: (line) => void said.push(line),
    ...changes,
  };
  return { host, files, calls, said };
}

describe('the unit', () => {
  test('starts this very program, hardened, with a watchdog', () => {
    const unit = serviceUnit({ ...PROGRAM, script: '/opt/my "100%" $x/picam.js' });
    expect(unit).toContain(
      'ExecStart="/usr/bin/node" "/opt/my \\"100%%\\" $$x/picam.js" --config %d/picam.yaml\n',
    );
    const wanted =
      'Type=notify|WatchdogSec=60|Restart=always|DynamicUser=yes|SupplementaryGroups=video audio';
    const hardening = 'StateDirectory=picam|NoNewPrivileges=yes|ProtectSystem=strict|CapabilityBoundingSet=';
    const lean = 'Environment=MALLOC_ARENA_MAX=1';
    for (const line of `${wanted}|${hardening}|${lean}`.split('|')) expect(unit.split('\n')).toContain(line);
  });

  test('is one that systemd understands', () => {
    const folder = mkdtempSync(join(tmpdir(), 'picam-unit-'));
    resources.onEnd('folder', () => rmSync(folder, { recursive: true }));
    const file = join(folder, 'picam.service');
    writeFileSync(file, serviceUnit({ ...PROGRAM, node: process.execPath }));
    const verified = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' });
    if (verified.error) return; // Without systemd nobody would put a service on.
    expect(verified.stderr.split('\n').filter((line) => line.includes(file))).toEqual([]);
  });
});

describe('install', () => {
  test('writes a first configuration and the unit, starts it, and says so', async () => {
    const { host, files, calls, said } = fakeHost();
    expect(await installService(host, PROGRAM)).toBe(true);
    expect(files.get(PROGRAM.configuration)).toMatchObject({ mode: 0o600 });
    expect(files.get(UNIT_FILE)?.text).toBe(serviceUnit(PROGRAM));
    expect(calls).toEqual([
      'systemctl daemon-reload',
      'systemctl enable picam.service',
      'systemctl restart picam.service',
    ]);
    expect(said.join('\n')).toMatch(/wrote .*picam\.service[^]*the service runs[^]*journalctl -u picam/u);
  });

  test('leaves a configuration that is there as it is', async () => {
    const { host, files } = fakeHost();
    files.set(PROGRAM.configuration, { text: 'source: test\n', mode: 0o640 });
    await installService(host, PROGRAM);
    expect(files.get(PROGRAM.configuration)?.text).toBe('source: test\n');
  });

  test('says in words why it cannot', async () => {
    const notRoot = fakeHost({ isRoot: false });
    expect(await installService(notRoot.host, PROGRAM)).toBe(false);
    expect(notRoot.said).toEqual([expect.stringContaining('sudo picam service install')]);
    const noSystemd = fakeHost({ hasSystemd: false });
    expect(await installService(noSystemd.host, PROGRAM)).toBe(false);
    expect(noSystemd.said).toEqual([expect.stringContaining('not started by systemd')]);
    const failing = fakeHost({}, { kind: 'ended', exitCode: 1, stdout: '', stderr: 'no such thing\n' });
    expect(await installService(failing.host, PROGRAM)).toBe(false);
    expect(failing.said.join('\n')).toContain('systemctl daemon-reload failed: no such thing');
  });
});

test('uninstall stops the service and leaves what is the owner’s', async () => {
  const { host, files, calls } = fakeHost();
  await installService(host, PROGRAM);
  expect(await uninstallService(host, PROGRAM.configuration)).toBe(true);
  expect([...files.keys()]).toEqual([PROGRAM.configuration]);
  expect(calls).toContain('systemctl disable --now picam.service');
  expect(await uninstallService(host, PROGRAM.configuration)).toBe(true);
});

describe('systemd', () => {
  const notifier = (environment: Record<string, string>) => {
    const told: string[] = [];
    const run = (program: string, args: readonly string[]) => {
      told.push([program, ...args].join(' '));
      return Promise.resolve(DONE);
    };
    resources.own(new ServiceNotifier({ environment, run, logger: silentLogger })).open();
    return told;
  };

  test('is told that the service is ready, and then again and again that it lives', async () => {
    const told = notifier({ NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '60000' });
    await waitUntil('signs of life', () => told.length >= 3);
    expect(told.slice(0, 3)).toEqual([
      'systemd-notify READY=1',
      'systemd-notify WATCHDOG=1',
      'systemd-notify WATCHDOG=1',
    ]);
  });

  test('is told nothing when it did not ask', () => {
    expect(notifier({ WATCHDOG_USEC: '60000' })).toEqual([]);
    expect(notifier({ NOTIFY_SOCKET: '/run/x' })).toEqual(['systemd-notify READY=1']);
  });
});
