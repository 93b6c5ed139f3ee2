import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { ensureBuilt } from './support/ensure-built.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PACK_TIMEOUT_MS = 180_000;
const MOST_BYTES = 1_000_000;
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare'];

const packageJson = z
  .object({
    main: z.string(),
    bin: z.record(z.string(), z.string()),
    exports: z.object({ '.': z.record(z.string(), z.string()) }),
    scripts: z.record(z.string(), z.string()),
    dependencies: z.record(z.string(), z.string()),
    peerDependencies: z.record(z.string(), z.string()).default({}),
    keywords: z.array(z.string()),
    'node-red': z.object({ nodes: z.record(z.string(), z.string()) }),
  })
  .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));

const listingSchema = z.object({
  size: z.number(),
  unpackedSize: z.number(),
  files: z.array(z.object({ path: z.string() })),
});

/** Older npm gives a list, newer npm an object with the package's name as key. */
const npmOutputSchema = z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]);

let listing: z.infer<typeof listingSchema>;
let paths: readonly string[];

beforeAll(async () => {
  await ensureBuilt();
  listing = packedListing();
  paths = listing.files.map(({ path }) => path);
  console.info(
    `The package has ${paths.length} files, ${inKb(listing.size)} packed, ${inKb(listing.unpackedSize)} unpacked.`,
  );
}, PACK_TIMEOUT_MS);

describe('the package holds', () => {
  test.each(['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'config.schema.json'])('%s', (path) => {
    expect(paths).toContain(path);
  });

  test('what package.json points to', () => {
    const { main, bin, exports, 'node-red': nodeRed } = packageJson;
    const targets = [
      main,
      ...Object.values(bin),
      ...Object.values(exports['.']),
      ...Object.values(nodeRed.nodes),
    ];
    expect(paths).toEqual(expect.arrayContaining(targets.map((target) => target.replace(/^\.\//, ''))));
  });

  test("each Node-RED node's page for the editor", () => {
    const pages = Object.values(packageJson['node-red'].nodes).map((path) => path.replace(/\.js$/, '.html'));
    expect(paths).toEqual(expect.arrayContaining(pages));
  });

  test('the examples for the palette, and the web page', () => {
    expect(paths).toContain('examples/Browser view.json');
    expect(paths).toEqual(
      expect.arrayContaining([
        'dist/web/page/main.js',
        'dist/web/page/hls-light.js',
        'dist/web/page/hls-light.LICENSE.txt',
      ]),
    );
  });
});

describe('the package holds no', () => {
  test('tests, demo, tools or sources', () => {
    const strangers = paths.filter(
      (path) =>
        /^(test|demo|development)\//.test(path) ||
        /(^|\/)\./.test(path) ||
        /(?<!\.d)\.ts$|\.map$|tsconfig|\.test\./.test(path),
    );
    expect(strangers).toEqual([]);
  });

  test('more than a Pi wants to download', () => {
    expect(listing.size).toBeLessThan(MOST_BYTES);
  });
});

describe('package.json', () => {
  test('runs nothing when it is installed', () => {
    expect(Object.keys(packageJson.scripts).filter((name) => INSTALL_SCRIPTS.includes(name))).toEqual([]);
  });

  test('makes nobody install Homebridge or Node-RED', () => {
    const names = Object.keys({ ...packageJson.dependencies, ...packageJson.peerDependencies });
    expect(names.filter((name) => /homebridge|hap-nodejs|node-red/.test(name))).toEqual([]);
  });

  test('is found by Homebridge and by Node-RED', () => {
    expect(packageJson.keywords).toEqual(expect.arrayContaining(['homebridge-plugin', 'node-red']));
  });
});

function packedListing(): z.infer<typeof listingSchema> {
  const words = ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'];
  const { stdout } = spawnSync('npm', words, { cwd: ROOT, encoding: 'utf8', timeout: PACK_TIMEOUT_MS });
  const output = npmOutputSchema.parse(JSON.parse(stdout));
  return listingSchema.parse(Object.values(output)[0]);
}

function inKb(bytes: number): string {
  return `${Math.round(bytes / 1_000)} kB`;
}
