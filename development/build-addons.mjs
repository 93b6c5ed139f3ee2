// Compiles the parts that are C for this machine, or with --all what is published for every platform that a compiler is
// here for. Picam works without them, so that no compiler is ever required.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const headers = join(root, 'node_modules', 'node-api-headers', 'include');

const published = ['foundation/bursts/burst'];
const unpublished = ['bench/fan-out/arrivals/arrivals'];

/** Debian's packages of these are called gcc-x86-64-linux-gnu and so on. */
const compilers = {
  'linux-x64': 'x86_64-linux-gnu-gcc',
  'linux-arm64': 'aarch64-linux-gnu-gcc',
  'linux-arm': 'arm-linux-gnueabihf-gcc',
};
const flags = [
  ...['-O2', '-std=gnu11', '-Wall', '-Wextra', '-Werror'],
  ...['-shared', '-fPIC', '-fvisibility=hidden', '-s'],
  // Older systems of 32 bits know only these functions.
  ...['-U_TIME_BITS', '-U_FILE_OFFSET_BITS'],
  // A Node without these functions must refuse to load it, not end at the first call.
  ...['-Wl,-z,now', '-Wl,-z,relro'],
];

/**
 * @returns a line for each addon that there is no compiler for.
 * @throws when a compiler finds a fault.
 */
export function buildAddons() {
  if (process.platform !== 'linux') return [];
  return [...published, ...unpublished].flatMap((addon) =>
    compile(addon, `linux-${process.arch}`, ['cc', 'gcc']),
  );
}

function buildForAll() {
  const here = `linux-${process.arch}`;
  return Object.entries(compilers).flatMap(([platform, compiler]) =>
    published.flatMap((addon) => compile(addon, platform, platform === here ? ['cc', compiler] : [compiler])),
  );
}

function compile(addon, platform, candidates) {
  const source = join(root, `${addon}.c`);
  const target = join(root, `${addon}.${platform}.node`);
  if (isNewer(target, source) && isNewer(target, fileURLToPath(import.meta.url))) return [];
  // What was compiled from something else must not be taken for this.
  rmSync(target, { force: true });
  const compiler = candidates.find((name) => spawnSync(name, ['--version']).status === 0);
  if (!compiler)
    return [`${addon}.c for ${platform}, because no compiler is here (${candidates.join(', ')})`];
  const words = [...flags, `-I${headers}`, source, '-o', target];
  const { status, stderr } = spawnSync(compiler, words, { encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`${compiler} cannot compile ${addon}.c for ${platform}:\n${stderr.trim()}`);
  return [];
}

function isNewer(file, other) {
  return existsSync(file) && statSync(file).mtimeMs >= statSync(other).mtimeMs;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const leftOut = process.argv.includes('--all') ? buildForAll() : buildAddons();
  for (const line of leftOut) console.error(`Left out: ${line}`);
}
