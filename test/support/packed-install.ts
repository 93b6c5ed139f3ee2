import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChildProgram } from '../../demo/child-program.ts';
import { productFiles } from '../../development/build.mjs';
import { withTimeout } from '../../foundation/time-out.ts';
import { ensureBuilt } from './ensure-built.ts';
import { underLock } from './machine-lock.ts';

/** For the `beforeAll` that calls packedInstall: the first one waits for a build and for npm. */
export const PACKED_INSTALL_TIMEOUT_MS = 300_000;

const NPM_TIMEOUT_MS = 200_000;
const OLD_AFTER_MS = 2 * 3_600_000;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const INSTALLS = join(tmpdir(), `picam-packed-${userInfo().username}`);
const INSTALL_FLAGS = [
  '--omit=dev',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--prefer-offline',
  '--loglevel=error',
];

export interface PackedInstall {
  readonly folder: string;
  /** Its `node_modules`, for Homebridge's plug-in path and the like. */
  readonly nodeModules: string;
  /** The installed package itself. */
  readonly packageFolder: string;
}

/**
 * The package as a user gets it: packed, then installed with its dependencies only. It is made once for each state of
 * the product and shared by all tests, so nobody may change it.
 */
export async function packedInstall(): Promise<PackedInstall> {
  const folder = join(INSTALLS, fingerprint());
  const complete = join(folder, '.complete');
  await underLock('packed-install', PACKED_INSTALL_TIMEOUT_MS, async () => {
    if (!existsSync(complete)) await make(folder);
    writeFileSync(complete, '');
    removeOldOnes();
  });
  const nodeModules = join(folder, 'node_modules');
  return { folder, nodeModules, packageFolder: join(nodeModules, '@picam', 'homebridge-picam') };
}

function fingerprint(): string {
  const others = [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'README.md',
    'config.schema.json',
  ];
  const examples = join(ROOT, 'examples');
  const files = [
    ...productFiles(),
    ...others.map((name) => join(ROOT, name)),
    ...readdirSync(examples).map((name) => join(examples, name)),
  ];
  const hash = createHash('sha256');
  for (const file of files.filter((path) => existsSync(path)).sort())
    hash.update(`${relative(ROOT, file)}\0`).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

async function make(folder: string): Promise<void> {
  await ensureBuilt();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  await npm(ROOT, ['pack', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder]);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error(`npm pack left no tarball in ${folder}.`);
  await npm(folder, ['install', ...INSTALL_FLAGS, `./${tarball}`]);
}

async function npm(cwd: string, args: readonly string[]): Promise<void> {
  const program = new ChildProgram({ name: `npm ${args[0] ?? ''}`, command: 'npm', args, cwd }).start();
  try {
    const { code } = await withTimeout(program.exited, NPM_TIMEOUT_MS, program.name);
    if (code !== 0) throw program.failure('failed');
  } finally {
    await program.stop();
  }
}

function removeOldOnes(): void {
  for (const name of readdirSync(INSTALLS)) {
    const folder = join(INSTALLS, name);
    const complete = join(folder, '.complete');
    const usedAt = statSync(existsSync(complete) ? complete : folder).mtimeMs;
    if (Date.now() - usedAt > OLD_AFTER_MS) rmSync(folder, { recursive: true, force: true });
  }
}
