import type { RunProgram } from '../../device/capture/program-run.ts';
import { SERVICE, type ServiceProgram, UNIT_FILE, serviceUnit } from './service-unit.ts';

const SYSTEMCTL_TIMEOUT_MS = 60_000;
const OWNER_ONLY = 0o600;
const READABLE = 0o644;
const FIRST_CONFIGURATION = '# See https://github.com/picam/homebridge-picam#readme\nsource: auto\n';

/** The machine that a service is put on. */
export interface ServiceHost {
  readonly isRoot: boolean;
  /** True when systemd started this machine. */
  readonly hasSystemd: boolean;
  readonly run: RunProgram;
  exists(path: string): boolean;
  /** Makes the folder too. */
  write(path: string, text: string, mode: number): void;
  remove(path: string): void;
  say(line: string): void;
}

/** Puts the service on, or the new one in the place of the old one, and starts it. True when it runs. */
export async function installService(host: ServiceHost, program: ServiceProgram): Promise<boolean> {
  if (!isPossible(host, 'install')) return false;
  if (!host.exists(program.configuration)) {
    host.write(program.configuration, FIRST_CONFIGURATION, OWNER_ONLY);
    host.say(`wrote ${program.configuration}, a first configuration that looks for the camera by itself`);
  }
  host.write(UNIT_FILE, serviceUnit(program), READABLE);
  host.say(`wrote ${UNIT_FILE}`);
  const isRunning =
    (await systemctl(host, 'daemon-reload')) &&
    (await systemctl(host, 'enable', SERVICE)) &&
    (await systemctl(host, 'restart', SERVICE));
  if (isRunning) host.say('the service runs, and starts with the machine');
  host.say('Next:');
  host.say('  journalctl -u picam -f        shows what it says');
  host.say(`  sudoedit ${program.configuration} && sudo systemctl restart picam`);
  return isRunning;
}

/** Takes the service off. What it stored, and its configuration, stay. */
export async function uninstallService(host: ServiceHost, configuration: string): Promise<boolean> {
  if (!isPossible(host, 'uninstall')) return false;
  if (!host.exists(UNIT_FILE)) {
    host.say(`there is no ${UNIT_FILE}; nothing to do`);
    return true;
  }
  const isOff = await systemctl(host, 'disable', '--now', SERVICE);
  host.remove(UNIT_FILE);
  host.say(`removed ${UNIT_FILE}`);
  await systemctl(host, 'daemon-reload');
  host.say(`${configuration} and /var/lib/private/picam are still there; remove them by hand if you like`);
  return isOff;
}

function isPossible(host: ServiceHost, verb: string): boolean {
  if (!host.hasSystemd) {
    host.say(
      'This machine was not started by systemd, so there is nothing to put a service on. Start "picam" by hand.',
    );
    return false;
  }
  if (host.isRoot) return true;
  host.say(`Only root may do this. Type: sudo picam service ${verb}`);
  return false;
}

async function systemctl(host: ServiceHost, ...words: string[]): Promise<boolean> {
  const result = await host.run('systemctl', words, SYSTEMCTL_TIMEOUT_MS);
  if (result.kind === 'ended' && result.exitCode === 0) return true;
  const problem = result.kind === 'ended' ? result.stderr.trim() : result.kind;
  host.say(`systemctl ${words.join(' ')} failed: ${problem}`);
  return false;
}
