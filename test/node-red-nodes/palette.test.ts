import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NODES_FOLDER = join(ROOT, 'node-red-nodes');
const LANGUAGES = ['en-US', 'de'];
const STATUS_WORDS = ['no broker', 'waiting', 'offline', 'online', 'live', 'not configured'];

const manifest = JSON.parse(read(join(ROOT, 'package.json'))) as {
  'node-red': { nodes: Record<string, string> };
};
const nodes = Object.keys(manifest['node-red'].nodes);
const flowNodes = nodes.filter((node) => node !== 'picam-camera');

function read(path: string): string {
  return readFileSync(path, 'utf8');
}

/** `label.name` and the like. */
function keysOf(value: object, path = ''): string[] {
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === 'object' ? keysOf(inner as object, `${path}${key}.`) : [`${path}${key}`],
  );
}

function catalogue(node: string, language: string): string[] {
  return keysOf(JSON.parse(read(join(NODES_FOLDER, 'locales', language, `${node}.json`))) as object);
}

test('every node has its type in both halves', () => {
  expect(nodes).toEqual([
    'picam-camera',
    'picam-control',
    'picam-webrtc',
    'picam-snapshot',
    'picam-event',
    'picam-viewer',
  ]);
  for (const node of nodes) {
    expect(read(join(NODES_FOLDER, `${node}.ts`))).toContain(`registerType('${node}'`);
    expect(read(join(NODES_FOLDER, `${node}.html`))).toContain(`registerType('${node}'`);
  }
});

describe.each(nodes)('%s', (node) => {
  test('has the same texts in every language, and all that its dialog shows', () => {
    const [english = [], ...others] = LANGUAGES.map((language) => catalogue(node, language).sort());
    for (const other of others) expect(other).toEqual(english);
    const html = read(join(NODES_FOLDER, `${node}.html`));
    for (const [, key] of html.matchAll(/data-i18n="(?:\[\w+\])?([\w.]+)"/g)) expect(english).toContain(key);
  });

  test('has help in every language whose properties the editor can lay out', () => {
    const help = [`${node}.html`, join('locales', 'de', `${node}.html`)].map((path) =>
      read(join(NODES_FOLDER, path)),
    );
    for (const text of help) {
      expect(text).toContain(`<script type="text/markdown" data-help-name="${node}">`);
      const properties = text.split('\n').filter((line) => /^\s*: /.test(line));
      // The editor takes a further colon for another property.
      for (const line of properties) expect(line).toMatch(/^\s*: [^:]+ \([^:]+\) : [^:]+$/);
    }
  });
});

test('every status is a text the editor can translate', () => {
  for (const node of flowNodes) expect(catalogue(node, 'de')).toEqual(expect.arrayContaining(STATUS_WORDS));
  for (const word of STATUS_WORDS) expect(word.length).toBeLessThan(20);
});

test('every node of the palette is in an example', () => {
  const examples = join(ROOT, 'examples');
  const used = readdirSync(examples).flatMap((name) =>
    (JSON.parse(read(join(examples, name))) as { type: string }[]).map(({ type }) => type),
  );
  expect(used).toEqual(expect.arrayContaining(nodes));
});
