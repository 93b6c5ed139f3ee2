import { describe, expect, test } from '@jest/globals';
import type { API, Logging, PlatformConfig } from 'homebridge';
import { accessoryName } from '../../../homebridge-plugin/apple-home/accessory-name.ts';
import { PicamPlatform } from '../../../homebridge-plugin/apple-home/platform.ts';

/** As much of Homebridge as a platform with a broken configuration may touch. */
function launch(config: unknown): string[] {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const log = { debug: write, info: write, warn: write, error: write } as unknown as Logging;
  const listeners = new Map<string, () => void>();
  const api = {
    on: (event: string, listener: () => void) => listeners.set(event, listener),
  } as unknown as API;
  new PicamPlatform(log, config as PlatformConfig, api);
  listeners.get('didFinishLaunching')?.();
  listeners.get('shutdown')?.();
  return lines;
}

describe('the platform', () => {
  test('stays idle with a broken configuration and says everything that is wrong with it', () => {
    const lines = launch({ platform: 'Picam', prefix: 'a b', discover: 1 });
    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain('prefix');
    expect(lines[2]).toContain('discover');
  });

  test.each([[undefined], [null], ['text'], [{ cameras: 'all' }], [{ broker: [] }]])(
    'survives %p as its configuration',
    (config) => {
      expect(launch(config).length).toBeGreaterThan(0);
    },
  );

  test('survives a certificate that cannot be read', () => {
    const lines = launch({ broker: { url: 'mqtts://127.0.0.1:1', caFile: '/does/not/exist.pem' } });
    expect(lines.join(' ')).toContain('broker.caFile');
  });
});

test.each([
  ['Front door', 'x', 'Front door'],
  [undefined, 'front-door', 'Front door'],
  ['  🎥 "Garten" – hinten! ', 'x', 'Garten hinten'],
  ['🎥', '--', 'Camera'],
  ['Käthe’s Küche', 'x', 'Käthe s Küche'],
])('the name %p of camera %p is %p in Apple Home', (wanted, device, shown) => {
  expect(accessoryName(wanted, device)).toBe(shown);
});
