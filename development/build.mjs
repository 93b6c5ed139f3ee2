// Compiles the package into dist/ and lays the files that are not TypeScript beside the compiled ones.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'dist', '.built');
const folders = [
  'contract',
  'media',
  'foundation',
  'camera-client',
  'device',
  'homebridge-plugin',
  'node-red-nodes',
  'web',
  'command-line',
];
const assetExtensions = new Set([
  '.html',
  '.css',
  '.json',
  '.jpg',
  '.png',
  '.svg',
  '.md',
  '.webmanifest',
  '.py',
]);

/** Every file below the product folders. */
export function productFiles() {
  return folders.flatMap((folder) => filesBelow(join(root, folder)));
}

/** True when a product file or a compiler setting is newer than the last build. */
export function isStale() {
  if (!existsSync(stamp)) return true;
  const builtAt = statSync(stamp).mtimeMs;
  const settings = ['tsconfig.json', 'tsconfig.build.json', 'package.json'].map((name) => join(root, name));
  return [...productFiles(), ...settings].some((file) => statSync(file).mtimeMs > builtAt);
}

/** Builds dist/. Throws when the compiler finds a fault; its own words are on the terminal by then. */
export function build({ clean = false } = {}) {
  const startedAt = new Date();
  if (clean) rmSync(join(root, 'dist'), { recursive: true, force: true });
  compile('tsconfig.build.json');
  compile(join('web', 'page', 'tsconfig.json'), '--noEmit', 'false');
  copyAssets();
  writeFileSync(stamp, '');
  utimesSync(stamp, startedAt, startedAt);
}

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function compile(project, ...flags) {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const run = spawnSync(process.execPath, [compiler, '-p', join(root, project), ...flags], {
    stdio: ['ignore', 2, 2],
  });
  if (run.status !== 0)
    throw new Error(`The build failed: tsc -p ${project} found the faults printed above.`);
}

function copyAssets() {
  for (const file of productFiles()) {
    if (!assetExtensions.has(extname(file)) || file.endsWith('tsconfig.json')) continue;
    const target = join(root, 'dist', relative(root, file));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(file, target);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build({ clean: process.argv.includes('--clean') });
