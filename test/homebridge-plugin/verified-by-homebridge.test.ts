import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { API } from 'homebridge';
import register from '../../homebridge-plugin/index.ts';
import { readImports } from '../architecture/imports.ts';
import { readSourceFiles, type SourceFile } from '../architecture/source-files.ts';

/**
 * What the Homebridge project asks of a plugin before it calls it verified, as far as a program can see it. That it
 * installs, starts without a terminal and does nothing until it is set up is shown by
 * test/end-to-end/homebridge-settings.test.ts.
 */

interface PackageJson {
  readonly name: string;
  readonly private?: boolean;
  readonly keywords: readonly string[];
  readonly repository: { readonly url: string };
  readonly bugs: { readonly url: string };
  readonly engines: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
}

const root = new URL('../../', import.meta.url);
const readJson = (name: string) => JSON.parse(readFileSync(new URL(name, root), 'utf8')) as unknown;
const packageJson = readJson('package.json') as PackageJson;
const configSchema = readJson('config.schema.json') as Readonly<Record<string, unknown>>;
const files = new Map(readSourceFiles().map((file) => [file.path, file]));

/** An import of what makes or changes files. */
const WRITING =
  /import \{[^}]*\b(?:writeFile|appendFile|mkdir|mkdtemp|createWriteStream|rename)(?:Sync)?\b[^}]*\} from 'node:fs(?:\/promises)?'/u;

/** Every file that comes into Homebridge's process with the plugin. */
function filesOfPlugin(): SourceFile[] {
  const seen = new Map<string, SourceFile>();
  const follow = (path: string): void => {
    const file = files.get(path);
    if (!file || seen.has(path)) return;
    seen.set(path, file);
    for (const { target, kind, typeOnly } of readImports(file))
      if (kind === 'file' && !typeOnly) follow(target);
  };
  follow('homebridge-plugin/index.ts');
  return [...seen.values()];
}

describe('the plugin', () => {
  const loaded = filesOfPlugin();

  test('is a dynamic platform under the name that its settings have', () => {
    const registered: unknown[] = [];
    register({ registerPlatform: (...given: unknown[]) => registered.push(...given) } as unknown as API);
    const [alias, platform] = registered as [string, { readonly prototype: object }];
    expect(alias).toBe(configSchema['pluginAlias']);
    expect(platform.prototype).toHaveProperty('configureAccessory');
    expect(configSchema['pluginType']).toBe('platform');
  });

  test('is published for everybody, with its source and a place for issues', () => {
    expect(packageJson.private).toBeUndefined();
    expect(packageJson.name).toMatch(/^@[a-z-]+\/homebridge-[a-z-]+$/u);
    expect(packageJson.keywords).toContain('homebridge-plugin');
    expect(packageJson.repository.url).toMatch(/^git\+https:\/\/github\.com\//u);
    expect(packageJson.bugs.url).toMatch(/^https:\/\/github\.com\/.*\/issues$/u);
  });

  test('runs on each Node that is supported for long, and on Homebridge 2', () => {
    const { node = '', homebridge = '' } = packageJson.engines;
    for (const major of [22, 24, 26]) expect(node).toContain(`^${major}.`);
    expect(homebridge).toBe('^2.0.0');
  });

  test('runs nothing when it is installed', () => {
    const scripts = Object.keys(packageJson.scripts);
    expect(scripts.filter((name) => /^(pre|post)?install$|^(pre|post)?prepare$/u.test(name))).toEqual([]);
  });

  test('has settings in the Homebridge UI', () => {
    expect(configSchema).toMatchObject({ singular: true, strictValidation: true, customUi: true });
    const sources = String(configSchema['customUiPath']).replace('./dist/', '');
    for (const name of ['public/index.html', 'public/main.ts', 'server.ts'])
      expect([name, existsSync(new URL(`${sources}/${name}`, root))]).toEqual([name, true]);
  });

  test('tells nobody about its users: it speaks no HTTP, and names no address outside of the home', () => {
    expect(loaded.length).toBeGreaterThan(30);
    const calls = loaded.filter(({ text }) => /node:https?'|\bfetch\(|https?:\/\/(?!127\.)/u.test(text));
    expect(calls.map(({ path }) => path)).toEqual([]);
  });

  test("writes files in Homebridge's own folder alone", () => {
    const writers = loaded.filter(({ text }) => WRITING.test(text)).map(({ path }) => path);
    // Each is handed its place there.
    expect(writers.sort()).toEqual([
      'homebridge-plugin/kept-settings.ts',
      'homebridge-plugin/local-camera/daemon-settings.ts',
      'homebridge-plugin/local-camera/device-identity.ts',
    ]);
    for (const name of ['camera-accessory.ts', 'platform.ts'])
      expect(files.get(`homebridge-plugin/apple-home/${name}`)?.text).toContain('api.user.storagePath()');
  });
});
