import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { configurationSchema } from '../../../command-line/configuration-schema.ts';
import { POWER_RULE_FILE } from '../../../command-line/service/power-rule.ts';
import {
  type ServiceHost,
  installService,
  uninstallService,
} from '../../../command-line/service/service-commands.ts';
import { type ServiceNeeds, serviceNeeds } from '../../../command-line/service/service-needs.ts';
import { ServiceNotifier } from '../../../command-line/service/service-notifier.ts';
import { UNIT_FILE, serviceUnit } from '../../../command-line/service/service-unit.ts';
import type { ProgramRun } from '../../../device/capture/program-run.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';

const resources = resourcesOfEachTest();
const PROGRAM = { node: '/usr/bin/node', script: '/opt/picam.js', configuration: '/etc/picam/picam.yaml' };
const NEEDS: ServiceNeeds = {
  groups: ['video', 'audio'],
  credentials: [],
  writableFolders: [],
  power: { reboot: false, shutdown: false },
};
/** Out of 10, the less the safer; systemd calls 4 and above exposed. */
const MOST_EXPOSED = 3;
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
    hasGroup: () => true,
    isOpenToAll: () => true,
    write: (path, text, mode) => void files.set(path, { text, mode }),
    remove: (path) => void files.delete(path),
    say: (line) => void said.push(line),
    ...changes,
  };
  return { host, files, calls, said };
}

describe('the unit', () => {
  test('starts this very program, hardened, with a watchdog', () => {
    const unit = serviceUnit({ ...PROGRAM, script: '/opt/my "100%" $x/picam.js' }, NEEDS);
    expect(unit).toContain(
      'ExecStart="/usr/bin/node" "/opt/my \\"100%%\\" $$x/picam.js" --config ${CREDENTIALS_DIRECTORY}/picam.yaml\n',
    );
    const wanted =
      'Type=notify|WatchdogSec=60|Restart=always|RestartPreventExitStatus=2|DynamicUser=yes|SupplementaryGroups=video audio';
    const hardening = 'StateDirectory=picam|NoNewPrivileges=yes|ProtectSystem=strict|CapabilityBoundingSet=';
    const lean = 'Environment=MALLOC_ARENA_MAX=1';
    for (const line of `${wanted}|${hardening}|${lean}`.split('|')) expect(unit.split('\n')).toContain(line);
  });

  test('asks for what the configuration names, and for the groups that are there', () => {
    const broker = {
      url: 'mqtts://a',
      caFile: '/etc/picam/my 100% ca.pem',
      certFile: '/a/c.pem',
      keyFile: '/b/c.pem',
    };
    const configuration = configurationSchema.parse({ broker, recording: { folder: '/media/my disk' } });
    const unit = serviceUnit(
      PROGRAM,
      serviceNeeds(configuration, (name) => name !== 'i2c'),
    ).split('\n');
    expect(unit).toEqual(
      expect.arrayContaining([
        'LoadCredential=broker.caFile:/etc/picam/my 100%% ca.pem',
        'LoadCredential=broker.certFile:/a/c.pem',
        'LoadCredential=broker.keyFile:/b/c.pem',
        'ReadWritePaths="-/media/my disk"',
        'SupplementaryGroups=video render audio',
      ]),
    );
    const none = serviceUnit(
      PROGRAM,
      serviceNeeds(configurationSchema.parse({}), () => false),
    );
    expect(none).not.toMatch(/SupplementaryGroups|ReadWritePaths|LoadCredential=broker/u);
  });

  test('is one that systemd understands, and finds well closed', () => {
    const credentials = [{ name: 'broker.caFile', path: '/etc/my 100% ca.pem' }];
    const needs = { ...NEEDS, credentials, writableFolders: ['/media/my disk'] };
    const verified = analysed(
      serviceUnit({ ...PROGRAM, node: process.execPath }, needs),
      'verify',
      '--man=no',
    );
    if (!verified) return; // Without systemd nobody would put a service on.
    expect(verified.split('\n').filter((line) => line.includes('picam.service'))).toEqual([]);
    const judged = analysed(serviceUnit(PROGRAM, needs), 'security', '--offline=true', '--no-pager') ?? '';
    const [, exposure] = /Overall exposure level for picam\.service: ([\d.]+)/u.exec(judged) ?? [judged];
    expect(Number(exposure)).toBeLessThan(MOST_EXPOSED);
  });
});

/** What systemd-analyze says of a unit; undefined on a machine without it. */
function analysed(unit: string, ...words: string[]): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'picam-unit-'));
  resources.onEnd('folder', () => rmSync(folder, { recursive: true }));
  const file = join(folder, 'picam.service');
  writeFileSync(file, unit);
  const { error, stdout, stderr } = spawnSync('systemd-analyze', [...words, file], { encoding: 'utf8' });
  return error ? undefined : stdout + stderr;
}

/** What polkit would answer by a rule. */
function asked(rule: string, user: string, id: string): unknown {
  const answers: unknown[] = [];
  const polkit = {
    Result: { YES: 'yes' },
    addRule: (decide: (action: object, subject: object) => unknown) => answers.push(decide({ id }, { user })),
  };
  runInNewContext(rule, { polkit });
  return answers[0];
}

describe('install', () => {
  test('writes a first configuration and the unit, starts it, and says so', async () => {
    const { host, files, calls, said } = fakeHost();
    expect(await installService(host, PROGRAM, NEEDS)).toBe(true);
    expect(files.get(PROGRAM.configuration)).toMatchObject({ mode: 0o600 });
    expect(files.get(UNIT_FILE)?.text).toBe(serviceUnit(PROGRAM, NEEDS));
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
    await installService(host, PROGRAM, NEEDS);
    expect(files.get(PROGRAM.configuration)?.text).toBe('source: test\n');
  });

  test('hands over the files that are there, and names those that are not', async () => {
    const { host, files, said } = fakeHost();
    files.set('/ca.pem', { text: '', mode: 0o600 });
    const credentials = [
      { name: 'broker.caFile', path: '/ca.pem' },
      { name: 'broker.keyFile', path: '/key.pem' },
    ];
    await installService(host, PROGRAM, { ...NEEDS, credentials });
    expect(files.get(UNIT_FILE)?.text).toMatch(/^LoadCredential=broker\.caFile:\/ca\.pem$/mu);
    expect(files.get(UNIT_FILE)?.text).not.toContain('/key.pem');
    expect(said).toContain('broker.keyFile: /key.pem is not there; type this again when it is');
  });

  test('lets the service restart the machine only where the configuration allows it', async () => {
    const { host, files, said } = fakeHost();
    files.set('/etc/polkit-1/rules.d', { text: '', mode: 0o755 });
    await installService(host, PROGRAM, { ...NEEDS, power: { reboot: true, shutdown: false } });
    const rule = files.get(POWER_RULE_FILE)?.text ?? '';
    expect(asked(rule, 'picam', 'org.freedesktop.login1.reboot')).toBe('yes');
    expect(asked(rule, 'picam', 'org.freedesktop.login1.reboot-multiple-sessions')).toBe('yes');
    expect(asked(rule, 'pi', 'org.freedesktop.login1.reboot')).toBeUndefined();
    expect(asked(rule, 'picam', 'org.freedesktop.login1.power-off')).toBeUndefined();
    await installService(host, PROGRAM, NEEDS);
    expect(files.has(POWER_RULE_FILE)).toBe(false);
    expect(said).toContain(`removed ${POWER_RULE_FILE}`);
    files.set(POWER_RULE_FILE, { text: rule, mode: 0o644 });
    files.delete(UNIT_FILE);
    await uninstallService(host, PROGRAM.configuration);
    expect(files.has(POWER_RULE_FILE)).toBe(false);
  });

  test('says what is missing for restarting the machine', async () => {
    const { host, files, said } = fakeHost();
    await installService(host, PROGRAM, { ...NEEDS, power: { reboot: true, shutdown: true } });
    expect(files.has(POWER_RULE_FILE)).toBe(false);
    expect(said.join('\n')).toContain('sudo apt install polkitd');
  });

  test('says how a folder elsewhere lets the service write', async () => {
    const { host, said } = fakeHost();
    await installService(host, PROGRAM, { ...NEEDS, writableFolders: ['/media/my disk'] });
    expect(said.join('\n')).toContain("sudo install -d -g video -m 2770 '/media/my disk'");
  });

  test('writes nothing when the service could not read its program', async () => {
    const { host, files, said } = fakeHost({ isOpenToAll: (path) => path !== PROGRAM.script });
    expect(await installService(host, PROGRAM, NEEDS)).toBe(false);
    expect(files.size).toBe(0);
    expect(said).toEqual([expect.stringMatching(/may not read \/opt\/picam\.js\. .*sudo npm install -g/u)]);
  });

  test('says in words why it cannot', async () => {
    const notRoot = fakeHost({ isRoot: false });
    expect(await installService(notRoot.host, PROGRAM, NEEDS)).toBe(false);
    expect(notRoot.said).toEqual([expect.stringContaining('sudo picam service install')]);
    const noSystemd = fakeHost({ hasSystemd: false });
    expect(await installService(noSystemd.host, PROGRAM, NEEDS)).toBe(false);
    expect(noSystemd.said).toEqual([expect.stringContaining('not started by systemd')]);
    const failing = fakeHost({}, { kind: 'ended', exitCode: 1, stdout: '', stderr: 'no such thing\n' });
    expect(await installService(failing.host, PROGRAM, NEEDS)).toBe(false);
    expect(failing.said.join('\n')).toContain('systemctl daemon-reload failed: no such thing');
  });
});

test('uninstall stops the service and leaves what is the owner’s', async () => {
  const { host, files, calls } = fakeHost();
  await installService(host, PROGRAM, NEEDS);
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
