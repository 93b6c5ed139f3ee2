import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { readConfiguration } from '../../homebridge-plugin/configuration.ts';

interface SchemaNode {
  readonly required?: boolean;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

type JsonSchema = Exclude<Parameters<typeof z.fromJSONSchema>[0], boolean>;

const configSchema = JSON.parse(
  readFileSync(new URL('../../config.schema.json', import.meta.url), 'utf8'),
) as { readonly schema: SchemaNode };

/** Forms have `required: true` at the field itself; JSON Schema has a list at what holds the fields. */
function asJsonSchema(node: SchemaNode): JsonSchema {
  const { properties, items, ...rest } = node;
  const children = Object.entries(properties ?? {});
  const needed = children.filter(([, child]) => child.required === true).map(([key]) => key);
  return {
    ...rest,
    required: needed,
    ...(properties && {
      properties: Object.fromEntries(children.map(([key, child]) => [key, asJsonSchema(child)])),
    }),
    ...(items && { items: asJsonSchema(items) }),
  };
}

const form = z.fromJSONSchema(asJsonSchema(configSchema.schema));
const isValid = (config: object) => form.safeParse(config).success;
const isRead = (config: object) => readConfiguration({ platform: 'Picam', ...config }).ok;
const name = 'Picam';

describe('the form and the plugin both take', () => {
  test.each<[object]>([
    [{ name }],
    [{ name, broker: { url: 'mqtt://192.168.1.5:1883', username: 'a', password: 'b' } }],
    [{ name, broker: { url: 'wss://broker.example.org/mqtt' }, prefix: 'home/cams' }],
    [{ name, discover: false, externalAccessories: false, maxStreams: 16, debug: true }],
    [{ name, cameras: [{ device: 'front-door', name: 'Door', bridged: true, maxStreams: 1 }] }],
    [{ name, localCamera: { enabled: true } }],
    [{ name, localCamera: { enabled: true, source: 'test', size: '640x360', fps: 15, bitrateKbps: 800 } }],
    [{ name, localCamera: { enabled: true, source: 'v4l2:/dev/video0', port: 1885, device: 'shed' } }],
    [{ name, localCamera: { source: 'rpicam:1' } }],
    [{ name, localCamera: { source: 'rtsp://me:secret@192.168.1.7/stream1' } }],
  ])('%j', (config) => {
    expect({ form: isValid(config), plugin: isRead(config) }).toEqual({ form: true, plugin: true });
  });
});

describe('the form and the plugin both refuse', () => {
  test.each<[object]>([
    [{ name, broker: { url: 'http://192.168.1.5' } }],
    [{ name, broker: { url: '192.168.1.5' } }],
    [{ name, maxStreams: 0 }],
    [{ name, maxStreams: 'many' }],
    [{ name, discover: 'yes' }],
    [{ name, cameras: [{ device: 'Front Door' }] }],
    [{ name, cameras: [{ name: 'Door' }] }],
    [{ name, cameras: 'all' }],
    [{ name, localCamera: { enabled: 'yes' } }],
    [{ name, localCamera: { source: 'webcam' } }],
    [{ name, localCamera: { source: 'v4l2:' } }],
    [{ name, localCamera: { size: '1x1' } }],
    [{ name, localCamera: { fps: 4 } }],
    [{ name, localCamera: { fps: 61 } }],
    [{ name, localCamera: { bitrateKbps: 299 } }],
    [{ name, localCamera: { port: 80 } }],
    [{ name, localCamera: { device: 'My Camera' } }],
    [{ name, localCamera: { name: 'x'.repeat(65) } }],
  ])('%j', (config) => {
    expect({ form: isValid(config), plugin: isRead(config) }).toEqual({ form: false, plugin: false });
  });
});
