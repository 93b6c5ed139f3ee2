import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  checkLengths,
  checkNames,
  checkSwitchedOffTests,
  checkTopFolders,
} from './architecture/file-rules.ts';
import { checkImports } from './architecture/import-rules.ts';
import { describeViolations, readSourceFiles, topFolders } from './architecture/source-files.ts';

const packageJson = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  dependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
};
const dependencies = new Set(
  Object.keys({ ...packageJson.dependencies, ...packageJson.optionalDependencies }),
);

describe('the project', () => {
  const files = readSourceFiles();

  test('has source files to check', () => {
    expect(files.length).toBeGreaterThan(20);
  });

  test('imports only what its folders allow', () => {
    expect(describeViolations(checkImports(files, dependencies))).toBe('');
  });

  test('has no folder that nobody knows', () => {
    expect(describeViolations(checkTopFolders(topFolders()))).toBe('');
  });

  test('names no file or folder a catch-all', () => {
    expect(describeViolations(checkNames(files))).toBe('');
  });

  test('has no source file over 250 lines', () => {
    expect(describeViolations(checkLengths(files))).toBe('');
  });

  test('has no test switched off', () => {
    expect(describeViolations(checkSwitchedOffTests(files))).toBe('');
  });
});

describe('the checks see', () => {
  test.each([
    ['a part that imports a product', 'contract/a.ts', "import '../device/b.ts';", 'may import only itself'],
    [
      'a product that imports another',
      'web/a.ts',
      "import type { B } from '../device/b.ts';",
      'imports device/b.ts',
    ],
    [
      'an export from elsewhere',
      'media/a.ts',
      "export * from '../foundation/b.ts';",
      'imports foundation/b.ts',
    ],
    ['an import at run time', 'device/a.ts', "await import('../web/b.ts');", 'imports web/b.ts'],
    ['a type taken in place', 'device/a.ts', "let b: import('../web/b.ts').B;", 'imports web/b.ts'],
    ['I/O in pure code', 'media/a.ts', "import { readFileSync } from 'node:fs';", 'media/ is pure'],
    [
      'werift outside of its seams',
      'device/a.ts',
      "import { RTCPeerConnection } from 'werift';",
      'stands behind',
    ],
    [
      'a package of development only',
      'homebridge-plugin/a.ts',
      "import { API } from 'homebridge';",
      'may load only',
    ],
    ['a require', 'web/a.ts', "const qrcode = require('qrcode');", 'imports qrcode'],
    ['a page that imports its server', 'web/page/a.ts', "import '../server/b.js';", 'runs in a browser'],
    [
      'a settings page that imports its server',
      'homebridge-plugin/settings-page/public/a.ts',
      "import '../server.ts';",
      'runs in a browser',
    ],
    ['a page that imports a package', 'web/page/a.ts', "import 'zod';", 'knows no packages'],
  ])('%s', (_, path, text, message) => {
    const violations = checkImports([{ path, text: `\n${text}` }], dependencies);
    expect(describeViolations(violations)).toContain(message);
    expect(violations.map(({ where }) => where)).toEqual([`${path}:2`]);
  });

  test('what Node-RED would load through other files', () => {
    const files = [
      { path: 'node-red-nodes/a.ts', text: "import { B } from '../camera-client/b.js';" },
      { path: 'camera-client/b.ts', text: "import { C } from '../foundation/c.ts';" },
      { path: 'foundation/c.ts', text: "import { connect } from 'mqtt';" },
    ];
    expect(describeViolations(checkImports(files, dependencies))).toMatch(
      /^node-red-nodes\/a\.ts: loads camera-client\/b\.ts, which loads foundation\/c\.ts, which loads mqtt –/,
    );
  });

  test.each([
    ['a type of what is not loaded', 'homebridge-plugin/a.ts', "import type { API } from 'homebridge';"],
    ['a name in a comment', 'device/a.ts', "// import 'werift'"],
    ['werift at its seam', 'device/viewer-session/a.ts', "import { RTCPeerConnection } from 'werift';"],
    [
      'a type only in Node-RED',
      'node-red-nodes/a.ts',
      "import type { B } from '../camera-client/live-view.ts';",
    ],
  ])('nothing wrong in %s', (_, path, text) => {
    const liveView = { path: 'camera-client/live-view.ts', text: "import 'werift';" };
    expect(checkImports([{ path, text }, liveView], dependencies)).toEqual([]);
  });

  test('a folder nobody knows', () => {
    expect(describeViolations(checkTopFolders(['device', 'stuff']))).toMatch(/^stuff\/: [^\n]*$/);
  });

  test('names that fit anything, and only those', () => {
    const paths = [
      'device/utils/a.ts',
      'web/sdp-helper.ts',
      'media/types.ts',
      'web/media-types.ts',
      'web/commons.ts',
      'device/helper-command.ts',
    ];
    const found = checkNames(paths.map((path) => ({ path, text: '' })));
    expect(found.map(({ where }) => where)).toEqual(paths.slice(0, 3));
  });

  test('long files, but not long tests', () => {
    const text = 'line\n'.repeat(251);
    const found = checkLengths([
      { path: 'device/a.ts', text },
      { path: 'test/a.test.ts', text },
    ]);
    expect(describeViolations(found)).toMatch(/^device\/a\.ts: has 251 lines[^\n]*$/);
  });

  test.each(['skip', 'only', 'todo'])('tests that were switched off with %s', (word) => {
    const text = `\n${['test', word].join('.')}('later', () => {});`;
    expect(checkSwitchedOffTests([{ path: 'test/a.test.ts', text }])[0]?.where).toBe('test/a.test.ts:2');
  });
});
