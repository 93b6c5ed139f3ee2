import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { score, type Scored } from '../../../development/scorecard/scorecard.ts';
import { isInRange, leastVersionOf } from '../../../development/scorecard/versions.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const resources = resourcesOfEachTest();

/** A package of one node, without a fault. */
function madePackage(changes: Partial<Scored> = {}, definition = "category: 'made', inputs: 1"): Scored {
  const folder = mkdtempSync(join(tmpdir(), 'picam-scorecard-'));
  resources.onEnd('the folder', () => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'examples'));
  writeFileSync(join(folder, 'examples', 'one.json'), '[{ "type": "made" }]');
  const script = `RED.nodes.registerType('made', { ${definition}, defaults: {} });`;
  writeFileSync(join(folder, 'made.html'), `<script type="text/javascript">${script}</script>`);
  return {
    folder,
    editorFiles: ['made.html'],
    manifest: {
      name: '@scope/made',
      license: 'MIT',
      repository: {},
      keywords: ['node-red'],
      engines: { node: '^22.9.0 || ^24.0.0' },
      dependencies: {},
      'node-red': { version: '>=4.1.0', nodes: { made: 'made.js' } },
    },
    nodeRed: [{ version: '5.0.7', node: '>=22.9' }],
    installed: new Map(),
    ...changes,
  };
}

function failed(scored: Scored): string[] {
  return score(scored)
    .filter(({ passed }) => !passed)
    .map(({ code }) => code);
}

test('this package passes', () => {
  const { status, stdout } = spawnSync('node', ['development/scorecard/main.ts'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(stdout).not.toContain('FAIL');
  expect(status).toBe(0);
});

test('a package without a fault passes', () => {
  expect(failed(madePackage())).toEqual([]);
});

test('what a package lacks is told', () => {
  const { manifest } = madePackage();
  const dependencies = Object.fromEntries(Array.from({ length: 7 }, (_, n) => [`package-${n}`, '1']));
  const bare = {
    name: 'made',
    dependencies,
    engines: { node: '^24.0.0' },
    'node-red': { ...manifest['node-red'], version: '>=6.0.0' },
  };
  const installed = new Map([['agent-base', '4.3.0']]);
  expect(failed(madePackage({ manifest: bare, installed }))).toEqual([
    ...['P01', 'P03', 'P04', 'P05', 'P06', 'P07'],
    ...['D01', 'D02'],
  ]);
});

test('a node that the library cannot read, or that is in no example, is told', () => {
  expect(failed(madePackage({}, "category: 'made', inputs: count"))).toEqual(['N00']);
  const scored = madePackage();
  writeFileSync(join(scored.folder, 'examples', 'one.json'), '[{ "type": "other" }]');
  expect(failed(scored)).toEqual(['N02']);
});

test.each([
  ['4.1.15', '>=4.1.0', true],
  ['4.0.9', '>=4.1.0', false],
  ['22.9.0', '^22.9.0 || ^24.0.0', true],
  ['23.1.0', '^22.9.0 || ^24.0.0', false],
  ['24.21.0', '^22.9.0 || ^24.0.0', true],
])('%s in %s: %s', (version, range, expected) => {
  expect(isInRange(version, range)).toBe(expected);
});

test('a range of another form is refused rather than guessed at', () => {
  expect(() => isInRange('1.0.0', '1.x')).toThrow(/form/u);
  expect(leastVersionOf('>=22.9')).toBe('22.9.0');
});
