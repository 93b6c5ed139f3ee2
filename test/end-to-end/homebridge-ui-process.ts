import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChildProgram } from '../../demo/child-program.ts';
import { freePort } from '../../demo/ports.ts';
import { packedInstall } from '../support/packed-install.ts';
import { waitUntil } from '../support/wait-until.ts';
import { PIN, publishedAccessory, type PublishedAccessory } from './homebridge-process.ts';

const START_TIMEOUT_MS = 90_000;
const SERVICE = fileURLToPath(
  new URL(
    '../../.setup/homebridge-ui/node_modules/homebridge-config-ui-x/dist/bin/hb-service.js',
    import.meta.url,
  ),
);
const FLAGS = ['--stdout', '--allow-root'];

export interface HomebridgeUiOptions {
  readonly language?: 'en' | 'de';
  readonly lightingMode?: 'light' | 'dark';
  /** The plugin's block; without one the plugin is installed and not set up. */
  readonly platform?: object;
}

export interface TestHomebridgeUi {
  readonly url: string;
  readonly pid: number;
  readonly log: string;
  /** What stands in config.json for the plugin. */
  readonly savedBlocks: readonly object[];
  /** Every file below the home of whoever runs it; Homebridge's own folder is elsewhere. */
  readonly filesAtHome: readonly string[];
  accessory(name: string): Promise<PublishedAccessory>;
  stop(): Promise<void>;
}

/**
 * Homebridge with its UI as its own service runs them, with throw-away storage and the plugin as a user installs it.
 * Nobody is asked for a password, and nothing is set up but the UI itself.
 */
export async function startHomebridgeUi(options: HomebridgeUiOptions = {}): Promise<TestHomebridgeUi> {
  const { nodeModules } = await packedInstall();
  const storage = mkdtempSync(join(tmpdir(), 'picam-homebridge-ui-'));
  const home = mkdtempSync(join(tmpdir(), 'picam-home-'));
  const uiPort = await freePort();
  const configFile = join(storage, 'config.json');
  writeFileSync(configFile, JSON.stringify(await configuration(uiPort, options)));
  const program = new ChildProgram({
    name: 'Homebridge and its UI',
    command: process.execPath,
    args: [SERVICE, 'run', '-U', storage, '-P', nodeModules, '--strict-plugin-resolution', ...FLAGS],
    env: { NODE_OPTIONS: '', FORCE_COLOR: '0', HOME: home, XDG_STATE_HOME: undefined },
    cwd: home,
  });
  const stop = async () => {
    await program.stop();
    for (const folder of [storage, home]) rmSync(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${uiPort}`;
  try {
    await program.start().waitForLog(/is running on port \d+/u, START_TIMEOUT_MS);
    await waitUntil('the UI has a user', () => createUser(url), START_TIMEOUT_MS);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    pid: program.pid,
    get log() {
      return program.log;
    },
    get savedBlocks() {
      return savedBlocks(configFile);
    },
    get filesAtHome() {
      return existsSync(home) ? readdirSync(home, { recursive: true }).map(String) : [];
    },
    accessory: (name) => publishedAccessory(program, storage, name),
    stop,
  };
}

/** What the UI asks for when it is opened for the first time; without a user nobody gets in. */
async function createUser(url: string): Promise<boolean> {
  const api = `${url}/api/setup-wizard`;
  const { access_token: token } = (await (await fetch(`${api}/get-setup-wizard-token`)).json()) as {
    readonly access_token: string;
  };
  const created = await fetch(`${api}/create-first-user`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({
      name: 'Tester',
      username: 'tester',
      password: 'of no use to anybody',
      admin: true,
    }),
  });
  return created.ok;
}

async function configuration(
  port: number,
  { language = 'en', lightingMode = 'light', platform }: HomebridgeUiOptions,
) {
  const ui = {
    platform: 'config',
    name: 'Config',
    port,
    host: '127.0.0.1',
    auth: 'none',
    lang: language,
    lightingMode,
  };
  return {
    bridge: { name: 'Picam Test', username: newBridgeId(), port: await freePort(), pin: PIN },
    accessories: [],
    platforms: [ui, ...(platform ? [{ platform: 'Picam', ...platform }] : [])],
  };
}

/** Two bridges of one id would take each other for themselves. */
function newBridgeId(): string {
  const chance = Array.from(randomBytes(5), (byte) => byte.toString(16).padStart(2, '0'));
  return ['0E', ...chance].join(':').toUpperCase();
}

function savedBlocks(configFile: string): object[] {
  const { platforms } = JSON.parse(readFileSync(configFile, 'utf8')) as {
    readonly platforms: readonly { readonly platform: string }[];
  };
  return platforms.filter(({ platform }) => platform === 'Picam');
}
