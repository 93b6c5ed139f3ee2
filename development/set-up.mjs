// Makes a fresh clone ready: npm packages, a Node that is new enough, Debian programs, the build.
// Runs on any Node ≥20 with nothing installed, so it may import only what Node brings along.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAddons } from './build-addons.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'node_modules', '.bin');
const stamp = join(root, 'node_modules', '.picam-set-up');
const oldestNode = [22, 13];
const nodePackage = 'node@24.21.0';
/** As big as everything else together, so that only the tests have it, and apart from the project's own packages. */
const homebridgeUi = {
  package: 'homebridge-config-ui-x@5.10.0',
  folder: join(root, '.setup', 'homebridge-ui'),
};

/** For the part that sends in bursts. Where it is missing, Picam sends packets one by one. */
const compiler = [
  ['gcc', 'gcc'],
  ['../include/stdio.h', 'libc6-dev'],
];

/**
 * What each command needs from Debian: the program looked for, and the package that brings it. Modules of the
 * system's Python are seen from the folder of programs.
 */
const programs = {
  // What is measured beside Picam, and what plays it.
  bench: [
    ['ffmpeg', 'ffmpeg'],
    ['chromium', 'chromium'],
    ['janus', 'janus'],
    ['../lib/python3/dist-packages/aiortc', 'python3-aiortc'],
    ...compiler,
  ],
  'bench --quick': [],
  demo: [['ffmpeg', 'ffmpeg']],
  test: [
    ['ffmpeg', 'ffmpeg'],
    ['chromium', 'chromium'],
    ['mosquitto', 'mosquitto'],
    ['ip', 'iproute2'],
    ['nft', 'nftables'],
    ['turnserver', 'coturn'],
    ['mosquitto_pub', 'mosquitto-clients'],
    ['openssl', 'openssl'],
    ['nginx', 'nginx'],
    ['../lib/python3/dist-packages/av', 'python3-av'],
    ['../lib/python3/dist-packages/aiortc', 'python3-aiortc'],
    ...compiler,
  ],
};

/** Debian would let these listen to the network from then on; they are started when they are needed. */
const unwantedServices = ['coturn', 'janus', 'nginx'];

main();

async function main() {
  const named = process.argv[process.argv.indexOf('--for') + 1];
  const target = named === 'bench' && process.argv.includes('--quick') ? 'bench --quick' : named;
  try {
    // What is not there is not measured, and the bench says so.
    if (target === 'bench') tellIfFails(() => installPrograms(programs.bench));
    else installPrograms(programs[target] ?? []);
    installPackages();
    installNode();
    if (target === 'test') installHomebridgeUi();
    if (target === 'test') buildAddons();
    else tellIfFails(buildAddons);
    if (target === 'demo') await buildIfStale();
  } catch (error) {
    say(error.message);
    process.exitCode = 1;
  }
}

function tellIfFails(work) {
  try {
    work();
  } catch (error) {
    say(error.message);
  }
}

function installPackages() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('Installing the npm packages (once, about a minute) …');
  // What would compile itself here (Bluetooth for a test's HAP controller) is not used and would ask for a compiler.
  npmInstall('--ignore-scripts');
  writeFileSync(stamp, wanted);
}

/** Looked at each time: any `npm install` takes away what package.json does not name. */
function installNode() {
  if (existsSync(join(bin, 'node')) || isNewEnough(versionOfMachinesNode())) return;
  say(
    `This machine's Node is older than ${oldestNode.join('.')}: installing ${nodePackage} into node_modules …`,
  );
  npmInstall(nodePackage);
}

/** It looks for Homebridge beside itself. */
function installHomebridgeUi() {
  const { package: wanted, folder } = homebridgeUi;
  const installed = join(folder, '.installed');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return;
  say('Installing the Homebridge UI for the tests (once, half a minute) …');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  npmInstall('--prefix', folder, '--ignore-scripts', wanted);
  const homebridge = join(folder, 'node_modules', 'homebridge');
  rmSync(homebridge, { recursive: true, force: true });
  symlinkSync(relative(dirname(homebridge), join(root, 'node_modules', 'homebridge')), homebridge, 'dir');
  writeFileSync(installed, wanted);
}

/** `npm ci` would refuse wherever a registry lacks optional binaries of platforms that are not this one. */
function npmInstall(...words) {
  const quiet = ['--no-save', '--no-audit', '--no-fund', '--loglevel', 'error'];
  run('npm', ['install', ...quiet, ...words], 'npm install');
}

function versionOfMachinesNode() {
  return spawnSync('node', ['--version'], { env: environmentOutsideNpm(), encoding: 'utf8' }).stdout ?? '';
}

/** npm puts node_modules/.bin first in PATH; what the machine itself has is behind it. */
function environmentOutsideNpm() {
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== bin);
  return { ...process.env, PATH: path.join(delimiter) };
}

function isNewEnough(version) {
  const [major = 0, minor = 0] = version.replace('v', '').split('.').map(Number);
  return major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
}

function installPrograms(wanted) {
  const missing = wanted.filter(([program]) => !isOnPath(program)).map(([, name]) => name);
  if (missing.length === 0) return;
  const prefix = rootPrefix();
  const byHand = `sudo apt-get update && sudo apt-get install -y ${missing.join(' ')}`;
  if (prefix === undefined || !isOnPath('apt-get')) {
    throw new Error(`Some programs are missing. Type this, then run the command again: ${byHand}`);
  }
  say(`Installing from Debian: ${missing.join(', ')} (once) …`);
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run(...prefix('apt-get', ['update', '-qq']), byHand, environment);
  run(
    ...prefix('apt-get', [
      'install',
      '-y',
      '-qq',
      '--no-install-recommends',
      ...withoutServices(),
      ...missing,
    ]),
    byHand,
    environment,
  );
}

function withoutServices() {
  const files = unwantedServices.flatMap((name) => [
    `*/systemd/system/${name}.service`,
    `/etc/init.d/${name}`,
  ]);
  return files.flatMap((file) => ['-o', `Dpkg::Options::=--path-exclude=${file}`]);
}

/** How to run a program as root without being asked for a password, or undefined where that is not allowed. */
function rootPrefix() {
  if (process.getuid?.() === 0) return (program, words) => [program, words];
  const allowed = isOnPath('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  if (!allowed) return undefined;
  return (program, words) => ['sudo', ['-n', 'DEBIAN_FRONTEND=noninteractive', program, ...words]];
}

function isOnPath(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.some((folder) => existsSync(join(folder, program)));
}

async function buildIfStale() {
  const { build, isStale } = await import('./build.mjs');
  if (!isStale()) return;
  say('Building …');
  build();
}

function run(program, words, remedy, environment = process.env) {
  const { status, error } = spawnSync(program, words, {
    cwd: root,
    env: environment,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) {
    throw new Error(
      `Set-up stopped: \`${program} ${words.join(' ')}\` failed${error ? ` (${error.message})` : ''}. Try by hand: ${remedy}`,
    );
  }
}

/** stdout belongs to the command that asked for the set-up (the demo prints JSON there). */
function say(text) {
  process.stderr.write(`[set-up] ${text}\n`);
}
