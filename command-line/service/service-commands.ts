import type { RunProgram } from '../../device/capture/program-run.ts';
import { OWNER_ONLY_FILE } from '../../foundation/owner-only.ts';
import { POLKIT_FOLDER, POWER_RULE_FILE, powerRule } from './power-rule.ts';
import type { ServiceNeeds } from './service-needs.ts';
import { SERVICE, type ServiceProgram, UNIT_FILE, serviceUnit } from './service-unit.ts';

const SYSTEMCTL_TIMEOUT_MS = 60_000;
const READABLE = 0o644;
const FIRST_CONFIGURATION = '# See https://github.com/picam/homebridge-picam#readme\nsource: auto\n';

/** The machine that a service is put on. */
export interface ServiceHost {
  readonly isRoot: boolean;
  /** True when systemd started this machine. */
  readonly hasSystemd: boolean;
  readonly run: RunProgram;
  exists(path: string): boolean;
  readonly hasGroup: (name: string) => boolean;
  /** True when every user may read the file, which the folders on the way may forbid. */
  isOpenToAll(path: string): boolean;
  /** Makes the folder too. */
  write(path: string, text: string, mode: number): void;
  remove(path: string): void;
  say(line: string): void;
}

/** Puts the service on, or the new one in the place of the old one, and starts it. True when it runs. */
export async function installService(
  host: ServiceHost,
  program: ServiceProgram,
  needs: ServiceNeeds,
): Promise<boolean> {
  if (!isPossible(host, 'install') || !isReadable(host, program)) return false;
  if (!host.exists(program.configuration)) {
    host.write(program.configuration, FIRST_CONFIGURATION, OWNER_ONLY_FILE);
    host.say(`wrote ${program.configuration}, a first configuration that looks for the camera by itself`);
  }
  host.write(UNIT_FILE, serviceUnit(program, withoutMissing(host, needs)), READABLE);
  host.say(`wrote ${UNIT_FILE}`);
  allowPower(host, needs);
  const isRunning =
    (await systemctl(host, 'daemon-reload')) &&
    (await systemctl(host, 'enable', SERVICE)) &&
    (await systemctl(host, 'restart', SERVICE));
  if (isRunning) host.say('the service runs, and starts with the machine');
  host.say('Next:');
  host.say('  journalctl -u picam -f        shows what it says');
  host.say(`  sudoedit ${program.configuration} && sudo systemctl restart picam`);
  for (const folder of needs.writableFolders) host.say(`  ${lettingWrite(folder, needs.groups)}`);
  return isRunning;
}

/** Takes the service off. What it stored, and its configuration, stay. */
export async function uninstallService(host: ServiceHost, configuration: string): Promise<boolean> {
  if (!isPossible(host, 'uninstall')) return false;
  removePowerRule(host);
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

/** systemd starts no service that is to be handed a file that is not there. */
function withoutMissing(host: ServiceHost, needs: ServiceNeeds): ServiceNeeds {
  const credentials = needs.credentials.filter(({ name, path }) => {
    if (host.exists(path))
      host.say(`the service is handed ${path} (${name}), also if root alone may read it`);
    else host.say(`${name}: ${path} is not there; type this again when it is`);
    return host.exists(path);
  });
  return { ...needs, credentials };
}

/** The service is another user, and the homes of some systems are closed to others. */
function isReadable(host: ServiceHost, { node, script }: ServiceProgram): boolean {
  const closed = [node, script].filter((path) => !host.isOpenToAll(path));
  for (const path of closed) {
    host.say(
      `The service is a user of its own, who may not read ${path}. Install Node.js and picam for all users: https://nodejs.org/en/download, then "sudo npm install -g @picam/homebridge-picam".`,
    );
  }
  return closed.length === 0;
}

function allowPower(host: ServiceHost, { power }: ServiceNeeds): void {
  const rule = powerRule(power);
  if (rule === undefined) {
    removePowerRule(host);
  } else if (host.exists(POLKIT_FOLDER)) {
    host.write(POWER_RULE_FILE, rule, READABLE);
    host.say(`wrote ${POWER_RULE_FILE}, so that the service may do what "allow" allows`);
  } else {
    host.say(
      'the service cannot do what "allow" allows without polkit: sudo apt install polkitd (Debian 12 or newer), then type this again',
    );
  }
}

function removePowerRule(host: ServiceHost): void {
  if (!host.exists(POWER_RULE_FILE)) return;
  host.remove(POWER_RULE_FILE);
  host.say(`removed ${POWER_RULE_FILE}`);
}

/** The service's user has no fixed number, so a folder elsewhere is its own by a group. */
function lettingWrite(folder: string, [group]: readonly string[]): string {
  return group === undefined
    ? `${folder} has to let every user write, because this machine has no group "video"`
    : `sudo install -d -g ${group} -m 2770 '${folder}'        lets it write there`;
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
