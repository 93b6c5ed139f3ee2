import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChildProgram } from '../../demo/child-program.ts';
import { freePort } from '../../demo/ports.ts';
import type { PackedInstall } from '../support/packed-install.ts';
import { waitUntil } from '../support/wait-until.ts';

const START_TIMEOUT_MS = 40_000;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** As package.json names them. */
export type NodeRedPackage = 'node-red' | 'node-red-4';
const DASHBOARD = '@flowfuse/node-red-dashboard';

export type FlowNode = { readonly id: string; readonly type: string } & Readonly<Record<string, unknown>>;

/** A real Node-RED on loopback, with the packed package and Dashboard 2.0 in its user folder. */
export class NodeRedRuntime {
  readonly url: string;
  readonly folder: string;
  readonly #program: ChildProgram;
  readonly #comms: WebSocket;
  /** What debug nodes showed, without spaces. */
  readonly #debugged = new Set<string>();
  /** All statuses of each node, by its id. */
  readonly #statuses = new Map<string, string[]>();

  private constructor(url: string, folder: string, program: ChildProgram, comms: WebSocket) {
    this.url = url;
    this.folder = folder;
    this.#program = program;
    this.#comms = comms;
    comms.addEventListener('message', ({ data }) => this.#handleComms(String(data)));
  }

  static async start(packed: PackedInstall, nodeRed: NodeRedPackage = 'node-red'): Promise<NodeRedRuntime> {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), 'picam-node-red-'));
    installInto(folder, packed);
    writeFileSync(join(folder, 'settings.cjs'), `module.exports = ${JSON.stringify(settings(port))};`);
    const program = new ChildProgram({
      name: 'Node-RED',
      command: process.execPath,
      args: [
        join(ROOT, 'node_modules', nodeRed, 'red.js'),
        '--userDir',
        folder,
        '-s',
        join(folder, 'settings.cjs'),
      ],
      cwd: folder,
    });
    try {
      await program.start().waitForLog(/Started flows/, START_TIMEOUT_MS);
      await program.waitForLog(/Server now running/, START_TIMEOUT_MS);
      const comms = await openComms(port);
      return new NodeRedRuntime(`http://127.0.0.1:${port}`, folder, program, comms);
    } catch (error) {
      await program.stop();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get log(): string {
    return this.#program.log;
  }

  /** Resolves when the flows run. */
  async deploy(flows: readonly FlowNode[]): Promise<void> {
    const response = await fetch(`${this.url}/flows`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Node-RED-API-Version': 'v2' },
      body: JSON.stringify({ flows }),
    });
    if (!response.ok) throw new Error(`Node-RED refused the flows: ${await response.text()}`);
  }

  /** Presses the button of an inject node. */
  async inject(id: string): Promise<void> {
    const response = await fetch(`${this.url}/inject/${id}`, { method: 'POST' });
    if (!response.ok) throw new Error(`Node-RED refused the inject: ${response.status}`);
  }

  /** Newest last. */
  statusesOf(id: string): readonly string[] {
    return this.#statuses.get(id) ?? [];
  }

  /** Whether a debug node showed this, JSON without spaces or a word, since the last `forgetDebug`. */
  told(text: string): boolean {
    return this.#debugged.has(text);
  }

  forgetDebug(): void {
    this.#debugged.clear();
  }

  async statusBecomes(id: string, text: string, timeoutMs = 15_000): Promise<void> {
    await waitUntil(`status "${text}"`, () => this.statusesOf(id).at(-1) === text, timeoutMs);
  }

  /** How many TCP connections this Node-RED has open to a port on loopback. */
  connectionsTo(port: number): number {
    const remote = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
    const own = socketInodes(this.#program.pid);
    return readFileSync(`/proc/${this.#program.pid}/net/tcp`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , to = '', , , , , , , inode = '']) => to.endsWith(remote) && own.has(inode)).length;
  }

  async stop(): Promise<void> {
    this.#comms.close();
    await this.#program.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #handleComms(text: string): void {
    const messages = [JSON.parse(text)].flat() as {
      topic?: string;
      data?: { text?: string; msg?: string };
    }[];
    for (const { topic = '', data } of messages) {
      const [kind, id = ''] = topic.split('/');
      if (kind === 'debug' && data?.msg !== undefined) this.#debugged.add(data.msg.replace(/\s/g, ''));
      if (kind !== 'status' || data?.text === undefined) continue;
      this.#statuses.set(id, [...this.statusesOf(id), data.text]);
    }
  }
}

function settings(port: number): object {
  return {
    uiHost: '127.0.0.1',
    uiPort: port,
    flowFile: 'flows.json',
    credentialSecret: false,
    telemetry: { enabled: false, updateNotification: false },
    editorTheme: { tours: false, palette: { catalogues: [] } },
    mqttReconnectTime: 500,
    logging: { console: { level: 'info' } },
  };
}

function installInto(folder: string, packed: PackedInstall): void {
  mkdirSync(join(folder, 'node_modules', '@picam'), { recursive: true });
  symlinkSync(packed.packageFolder, join(folder, 'node_modules', '@picam', 'homebridge-picam'));
  mkdirSync(join(folder, 'node_modules', '@flowfuse'));
  symlinkSync(join(ROOT, 'node_modules', DASHBOARD), join(folder, 'node_modules', DASHBOARD));
  const dependencies = { '@picam/homebridge-picam': '*', [DASHBOARD]: '*' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'flows', private: true, dependencies }));
}

/** The editor's own channel; retained statuses come with the subscription. */
async function openComms(port: number): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/comms`);
  const opened = new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve(), { once: true });
    socket.addEventListener('error', () => reject(new Error('Node-RED took no comms connection.')), {
      once: true,
    });
  });
  await waitUntil('the comms channel', opened);
  for (const subscribe of ['status/#', 'debug']) socket.send(JSON.stringify({ subscribe }));
  return socket;
}

function socketInodes(pid: number): ReadonlySet<string> {
  const folder = `/proc/${pid}/fd`;
  const targets = readdirSync(folder).flatMap((name) => {
    try {
      return [readlinkSync(join(folder, name))];
    } catch {
      return [];
    }
  });
  return new Set(targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []));
}
