import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { PLATFORM_NAME, PLUGIN_NAME } from '../../homebridge-plugin/apple-home/names.ts';
import { readConfiguration, settingsOf } from '../../homebridge-plugin/configuration.ts';

interface SchemaNode {
  readonly type: string;
  readonly title?: string;
  readonly description?: string;
  readonly placeholder?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

interface ConfigSchema {
  readonly pluginAlias: string;
  readonly schema: SchemaNode;
  readonly layout: unknown;
}

const root = new URL('../../', import.meta.url);
const configSchema = JSON.parse(readFileSync(new URL('config.schema.json', root), 'utf8')) as ConfigSchema;

/** Path and node of every option, an array's items under `[]`. */
function options(node: SchemaNode, path = ''): [string, SchemaNode][] {
  const own: [string, SchemaNode][] = path === '' ? [] : [[path, node]];
  const children = Object.entries(node.properties ?? node.items?.properties ?? {});
  const below = node.items ? `${path}[].` : path === '' ? '' : `${path}.`;
  return [...own, ...children.flatMap(([key, child]) => options(child, `${below}${key}`))];
}

function read(raw: unknown) {
  const result = readConfiguration(raw);
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result;
}

function problemsOf(raw: unknown): readonly string[] {
  const result = readConfiguration(raw);
  return result.ok ? [] : result.problems;
}

describe('the configuration', () => {
  test('is complete when nothing but the platform is written', () => {
    expect(read({ platform: 'Picam' })).toMatchObject({
      configuration: {
        broker: { url: 'mqtt://127.0.0.1:1883' },
        prefix: 'picam',
        discover: true,
        externalAccessories: true,
        cameras: [],
      },
      warnings: [],
    });
  });

  test('tells all its mistakes at once, each with its path', () => {
    const problems = problemsOf({
      broker: { url: 'http://x' },
      prefix: 'a b',
      discover: 'yes',
      cameras: [{ device: 'Front Door' }, { device: 'a' }, { device: 'a', maxStreams: 0 }],
    });
    const paths = problems.map((problem) => problem.split(':')[0]);
    expect(paths.sort()).toEqual([
      'broker.url',
      'cameras.0.device',
      'cameras.2.device',
      'cameras.2.maxStreams',
      'discover',
      'prefix',
    ]);
    expect(problemsOf({ cameras: [{ device: 'a' }, { device: 'a' }] })).toEqual([
      'cameras.1.device: "a" is listed more than once',
    ]);
  });

  test.each([[undefined], [null], ['text'], [[]]])('survives %p in its place', (raw) => {
    expect(problemsOf(raw)).not.toEqual([]);
  });

  test('ignores what it does not know, and says so', () => {
    const { warnings } = read({
      platform: 'Picam',
      _bridge: {},
      brokerUrl: 'x',
      cameras: [{ device: 'a', colour: 1 }],
    });
    expect(warnings).toEqual([
      'brokerUrl is no option of this plugin; it is ignored',
      'cameras.0.colour is no option of this plugin; it is ignored',
    ]);
  });

  test('takes a field that was cleared in the settings page as not set', () => {
    const { configuration } = read({
      broker: { url: '', username: '' },
      cameras: [{ device: 'a', name: '' }],
    });
    expect(configuration.broker).toEqual({ url: 'mqtt://127.0.0.1:1883' });
    expect(settingsOf(configuration, 'a').name).toBeUndefined();
  });

  test("puts a camera's own settings over those for all", () => {
    const { configuration } = read({
      externalAccessories: false,
      maxStreams: 3,
      cameras: [{ device: 'a', bridged: false, maxStreams: 1 }],
    });
    expect(settingsOf(configuration, 'a')).toMatchObject({ bridged: false, maxStreams: 1 });
    expect(settingsOf(configuration, 'b')).toMatchObject({ bridged: true, maxStreams: 3 });
  });
});

describe('config.schema.json', () => {
  const all = options(configSchema.schema);

  test('knows the same options as the plugin', () => {
    const value = (type: string) =>
      type === 'boolean' ? true : type === 'integer' ? 1 : type === 'string' ? 'a' : {};
    const filled = (node: SchemaNode): unknown =>
      node.properties
        ? Object.fromEntries(Object.entries(node.properties).map(([key, child]) => [key, filled(child)]))
        : node.items
          ? [filled(node.items)]
          : value(node.type);
    const whole = filled(configSchema.schema) as { broker: { url: string } };
    whole.broker.url = 'mqtts://localhost';
    const { configuration, warnings } = read(whole);
    expect(warnings).toEqual([]);
    expect(configuration).toEqual(whole);
  });

  test('has the same defaults as the plugin', () => {
    const { configuration } = read({});
    for (const [path, node] of all.filter(([name]) => !name.includes('[]') && name !== 'broker')) {
      const actual = path
        .split('.')
        .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], configuration);
      expect([path, actual]).toEqual([path, node.default]);
    }
  });

  test('explains every option and has a place for it', () => {
    const layout = JSON.stringify(configSchema.layout);
    for (const [path, node] of all.filter(([name]) => name !== 'broker')) {
      expect([path, node.title !== undefined, node.description !== undefined]).toEqual([path, true, true]);
      if (['string', 'integer'].includes(node.type))
        expect([path, node.placeholder !== undefined]).toEqual([path, true]);
      expect(layout).toContain(`"${path}"`);
    }
  });

  test('goes by the names that the plugin registers', () => {
    const { name } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { name: string };
    expect(configSchema.pluginAlias).toBe(PLATFORM_NAME);
    expect(name).toBe(PLUGIN_NAME);
  });
});
