// A house with three cameras and a web server with a log-in, for pictures of the page.
import { spawn, type ChildProcess } from 'node:child_process';
import { scryptSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connectAsync } from 'mqtt';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const START_TIMEOUT_MS = 20_000;
const END_TIMEOUT_MS = 5_000;
const POLL_INTERVAL_MS = 50;

export const USER = { name: 'anna', password: 'a good one' };

interface Started {
  readonly process: ChildProcess;
  /** What the line that was waited for named. */
  readonly named: string;
}

export class Household {
  readonly #folder = mkdtempSync(join(tmpdir(), 'picam-house-'));
  readonly #started: ChildProcess[] = [];
  #broker = '';
  #brokerProcess: ChildProcess | undefined;
  #webProcess: ChildProcess | undefined;
  #session: Promise<string> | undefined;
  url = '';

  /** The front door plays and may be driven, the garage is away, the nursery is private. */
  async open(): Promise<void> {
    const frontDoor = await this.#startCamera('front-door', 'Front door', ['--mqtt-port', '0']);
    this.#brokerProcess = frontDoor.process;
    this.#broker = frontDoor.named;
    const garage = await this.#startCamera('garage', 'Garage');
    await this.#startCamera('nursery', 'Nursery');
    const config = this.#write(
      'web',
      `web: { users: [{ name: ${USER.name}, passwordHash: '${passwordHash()}' }] }`,
    );
    const words = ['web', '--config', config, '--broker', this.#broker, '--web-port', '0'];
    const web = await this.#start(words, /web page on (\S+)/);
    this.#webProcess = web.process;
    this.url = web.named;
    await this.#untilAllAreOnline(3);
    await this.#end(garage.process);
    const client = await connectAsync(this.#broker);
    await client.publishAsync('picam/v1/nursery/set/enabled', 'OFF');
    await client.endAsync();
  }

  /** What a browser keeps of a log-in. One is enough for all: a server slows down whoever logs in again and again. */
  async session(): Promise<{ readonly url: string; readonly name: string; readonly value: string }> {
    this.#session ??= this.#logIn();
    const [name = '', value = ''] = (await this.#session).split('=');
    return { url: this.url, name, value };
  }

  /** It runs in the camera at the front door. */
  async endBroker(): Promise<void> {
    if (this.#brokerProcess) await this.#end(this.#brokerProcess);
  }

  async endWeb(): Promise<void> {
    if (this.#webProcess) await this.#end(this.#webProcess);
  }

  async close(): Promise<void> {
    await Promise.all(this.#started.map((process) => this.#end(process)));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** A camera that goes while the server comes would be another picture each time. */
  async #untilAllAreOnline(cameras: number): Promise<void> {
    const { name, value } = await this.session();
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (performance.now() < deadline) {
      const response = await fetch(`${this.url}/api/cameras`, { headers: { cookie: `${name}=${value}` } });
      const known = (await response.json()) as { readonly online: boolean }[];
      if (known.filter(({ online }) => online).length === cameras) return;
      await pass(POLL_INTERVAL_MS);
    }
    throw new Error('the cameras did not come online');
  }

  async #logIn(): Promise<string> {
    const response = await fetch(`${this.url}/login`, {
      method: 'POST',
      body: new URLSearchParams(USER),
      headers: { origin: this.url },
      redirect: 'manual',
    });
    const [cookie = ''] = response.headers.getSetCookie();
    if (cookie === '') throw new Error(`nobody can log in: ${response.status}`);
    return cookie.split(';')[0] ?? '';
  }

  #startCamera(device: string, name: string, words: readonly string[] = ['--broker', this.#broker]) {
    const config = this.#write(
      device,
      `name: ${name}\ndataChannel: { enabled: true }\naudio: { source: test }`,
    );
    const storage = join(this.#folder, `${device}-storage`);
    const all = ['device', '--config', config, '--device', device, '--source', 'test', '--storage', storage];
    return this.#start([...all, ...words], /is ready \(broker (\S+)\)/);
  }

  async #start(words: readonly string[], pattern: RegExp): Promise<Started> {
    const child = spawn(process.execPath, ['--no-warnings', 'command-line/picam.ts', ...words], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#started.push(child);
    const { stdout, stderr } = child;
    let log = '';
    const named = new Promise<string>((resolve) => {
      for (const output of [stdout, stderr])
        output.setEncoding('utf8').on('data', (text: string) => {
          log += text;
          const found = pattern.exec(log)?.[1];
          if (found !== undefined) resolve(found);
        });
    });
    const ended = once(child, 'exit', { signal: AbortSignal.timeout(START_TIMEOUT_MS) }).then(
      () => undefined,
      () => undefined,
    );
    const result = await Promise.race([named, ended]);
    if (result === undefined) throw new Error(`picam ${words[0] ?? ''} did not get ready:\n${log}`);
    return { process: child, named: result };
  }

  async #end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    const timer = setTimeout(() => child.kill('SIGKILL'), END_TIMEOUT_MS);
    child.kill('SIGTERM');
    await ended;
    clearTimeout(timer);
  }

  #write(name: string, yaml: string): string {
    const file = join(this.#folder, `${name}.yaml`);
    writeFileSync(file, `${yaml}\n`);
    return file;
  }
}

/** As `picam web hash-password` makes it, in less time. */
function passwordHash(): string {
  const salt = Buffer.from('salt of pictures');
  const hash = scryptSync(USER.password, salt, 32, { cost: 2 ** 10, blockSize: 8, parallelization: 1 });
  const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  return `$scrypt$ln=10,r=8,p=1$${text(salt)}$${text(hash)}`;
}
