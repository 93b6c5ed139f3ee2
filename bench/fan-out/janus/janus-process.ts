import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAM = '/usr/bin/janus';
const LIBRARIES = '/usr/lib';
/** Of all that Janus can load, what streams to viewers and how it is told to. */
const MODULES = { plugins: 'libjanus_streaming.so', transports: 'libjanus_websockets.so' };

/** A Janus of its own, with its own configuration, whose interface only this machine reaches. */
export class JanusProcess {
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly port: number;

  private constructor(folder: string, process: ChildProcess, port: number) {
    this.#folder = folder;
    this.#process = process;
    this.port = port;
  }

  static async start(): Promise<JanusProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'picam-bench-janus-'));
    const port = await freePort();
    await writeConfiguration(folder, port);
    // It would write its log even to a pipe that nobody reads.
    const process = spawn(PROGRAM, ['--configs-folder', folder, '--disable-stdout'], { stdio: 'ignore' });
    return new JanusProcess(folder, process, port);
  }

  /** @throws when it did not start. */
  get pid(): number {
    const { pid, exitCode } = this.#process;
    if (pid === undefined || exitCode !== null) throw new Error(`${PROGRAM} did not start`);
    return pid;
  }

  async close(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const exit = once(this.#process, 'exit');
      this.#process.kill('SIGKILL');
      await exit;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

export function isJanusInstalled(): Promise<boolean> {
  return access(PROGRAM).then(
    () => true,
    () => false,
  );
}

async function writeConfiguration(folder: string, port: number): Promise<void> {
  const modules = await modulesFolder();
  for (const [kind, file] of Object.entries(MODULES)) {
    await mkdir(join(folder, kind));
    await symlink(join(modules, kind, file), join(folder, kind, file));
  }
  const main = `general: {
  configs_folder = "${folder}"
  plugins_folder = "${folder}/plugins"
  transports_folder = "${folder}/transports"
  events_folder = "${folder}"
  loggers_folder = "${folder}"
  debug_level = 2
}
`;
  await writeFile(join(folder, 'janus.jcfg'), main);
  await writeFile(
    join(folder, 'janus.transport.websockets.jcfg'),
    `general: { ws = true, ws_port = ${port}, ws_ip = "127.0.0.1" }\n`,
  );
}

/** Debian keeps them below a folder that is named after the processor. */
async function modulesFolder(): Promise<string> {
  for (const name of await readdir(LIBRARIES)) {
    const folder = join(LIBRARIES, name, 'janus');
    if (
      await access(folder).then(
        () => true,
        () => false,
      )
    )
      return folder;
  }
  throw new Error(`Janus has no modules below ${LIBRARIES}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
