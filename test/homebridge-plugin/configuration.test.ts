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
  readonly enum?: readonly unknown[];
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
        audio: true,
        secureVideo: false,
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

  test('knows several brokers', () => {
    const moreBrokers = [{ url: 'mqtt://barn', username: 'me' }, { url: 'mqtt://shed' }];
    const { brokers, warnings } = read({ moreBrokers: [...moreBrokers, { url: 'mqtt://attic', colour: 1 }] });
    expect(brokers).toEqual([{ url: 'mqtt://127.0.0.1:1883' }, ...moreBrokers, { url: 'mqtt://attic' }]);
    expect(warnings).toEqual(['moreBrokers.2.colour is no option of this plugin; it is ignored']);
    expect(problemsOf({ moreBrokers: [{ username: 'me' }] })[0]).toContain('moreBrokers.0.url');
  });

  test("puts a camera's own settings over those for all", () => {
    const { configuration } = read({
      externalAccessories: false,
      maxStreams: 3,
      secureVideo: true,
      privacySwitch: true,
      cameras: [
        {
          device: 'a',
          bridged: false,
          maxStreams: 1,
          audio: false,
          secureVideo: false,
          motionSensor: false,
          privacySwitch: false,
        },
      ],
    });
    const services = { motionSensor: false, privacySwitch: false, operatingMode: true, doorbell: false };
    const own = { bridged: false, maxStreams: 1, audio: false, secureVideo: false, ...services };
    expect(settingsOf(configuration, 'a')).toMatchObject(own);
    const generalServices = { motionSensor: true, privacySwitch: true };
    const general = { bridged: true, maxStreams: 3, audio: true, secureVideo: true, ...generalServices };
    expect(settingsOf(configuration, 'b')).toMatchObject(general);
  });
});

describe("this machine's own camera", () => {
  const localCamera = { enabled: true };

  test('is off unless it is wanted', () => {
    const { configuration, brokers } = read({});
    expect(configuration.localCamera.enabled).toBe(false);
    expect(brokers).toEqual([{ url: 'mqtt://127.0.0.1:1883' }]);
  });

  test('needs no other broker', () => {
    expect(read({ localCamera }).brokers).toEqual([]);
    expect(read({ localCamera, broker: { url: '' } }).brokers).toEqual([]);
  });

  test('is one more camera beside those of a broker', () => {
    const broker = { url: 'mqtt://192.168.1.5:1883' };
    expect(read({ localCamera, broker }).brokers).toEqual([broker]);
  });
});

describe('config.schema.json', () => {
  const all = options(configSchema.schema);

  test('knows the same options as the plugin', () => {
    const value = ({ type, default: known }: SchemaNode) => {
      if (type === 'boolean') return true;
      return known ?? (type === 'integer' ? 1 : type === 'string' ? 'a' : {});
    };
    const filled = (node: SchemaNode): unknown =>
      node.properties
        ? Object.fromEntries(Object.entries(node.properties).map(([key, child]) => [key, filled(child)]))
        : node.items
          ? [filled(node.items)]
          : value(node);
    const whole = filled(configSchema.schema) as Record<'broker' | 'moreBrokers', unknown> & {
      broker: { url: string };
      moreBrokers: { url: string }[];
    };
    for (const broker of [whole.broker, ...whole.moreBrokers]) broker.url = 'mqtts://localhost';
    const { configuration, warnings } = read(whole);
    expect(warnings).toEqual([]);
    expect(configuration).toEqual(whole);
  });

  test('has the same defaults as the plugin', () => {
    const { configuration } = read({});
    const groups = ['broker', 'localCamera'];
    // Whether there is a broker at all depends on the rest, so the form must not write one down by itself.
    const isOptional = (name: string) => name === 'broker.url';
    for (const [path, node] of all.filter(
      ([name]) => !name.includes('[]') && !groups.includes(name) && !isOptional(name),
    )) {
      const actual = path
        .split('.')
        .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], configuration);
      expect([path, actual]).toEqual([path, node.default]);
    }
  });

  test('explains every option and has a place for it', () => {
    const layout = JSON.stringify(configSchema.layout);
    for (const [path, node] of all.filter(([name]) => !['broker', 'localCamera'].includes(name))) {
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
