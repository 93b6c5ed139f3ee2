// Compiles the package into dist/ and lays the files that are not TypeScript beside the compiled ones.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
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
/** What the page loads of other packages, by where it looks for it. */
const libraries = {
  'web/page/hls-light.js': 'hls.js/dist/hls.light.min.mjs',
  'web/page/hls-light.LICENSE.txt': 'hls.js/LICENSE',
};
/** What runs in a browser knows other types than Node has. */
const browserPages = [join('web', 'page'), join('homebridge-plugin', 'settings-page', 'public')];
/** File systems keep times more coarsely than the clock does. */
const CLOCK_GRAIN_MS = 2_000;

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
  '.node',
]);

export class BuildError extends Error {
  name = 'BuildError';
}

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

/**
 * Builds dist/, in which programs may be running meanwhile: files are replaced and nothing is emptied first. Throws
 * a BuildError at the end when the compiler found faults; its own words are on the terminal by then.
 */
export function build() {
  const startedAt = new Date();
  rmSync(stamp, { force: true });
  const faulty = [
    ['tsconfig.build.json'],
    ...browserPages.map((page) => [join(page, 'tsconfig.json'), '--noEmit', 'false']),
  ].filter((words) => !compiles(...words));
  copyAssets();
  removeLeftovers(startedAt);
  if (faulty.length > 0) throw new BuildError('The compiler found the faults printed above.');
  writeFileSync(stamp, '');
  utimesSync(stamp, startedAt, startedAt);
}

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** The compiler writes its output even where it finds faults. */
function compiles(project, ...flags) {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const run = spawnSync(process.execPath, [compiler, '-p', join(root, project), ...flags], {
    stdio: ['ignore', 2, 2],
  });
  return run.status === 0;
}

function copyAssets() {
  for (const file of productFiles())
    if (assetExtensions.has(extname(file)) && !file.endsWith('tsconfig.json'))
      layBeside(relative(root, file), file);
  for (const [name, file] of Object.entries(libraries)) layBeside(name, join(root, 'node_modules', file));
}

/** Programs that run have the file before in their memory, which must not change. */
function layBeside(name, file) {
  const target = join(root, 'dist', name);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(file, `${target}.new`);
  renameSync(`${target}.new`, target);
}

/** Whatever this build did not write came from a source file that is no more. */
function removeLeftovers(startedAt) {
  for (const file of filesBelow(join(root, 'dist')))
    if (statSync(file).mtimeMs < startedAt.getTime() - CLOCK_GRAIN_MS) rmSync(file);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build();
