import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { ChildProgram } from '../../demo/child-program.ts';
import { answers, freePort } from '../../demo/ports.ts';
import { waitUntil } from './wait-until.ts';

const START_TIMEOUT_MS = 10_000;
const WITH_SYSTEM_PROGRAMS = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin` };

export interface TestBroker {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

export function isMosquittoInstalled(): boolean {
  return spawnSync('mosquitto', ['-h'], { stdio: 'ignore', env: WITH_SYSTEM_PROGRAMS }).error === undefined;
}

export interface MosquittoOptions {
  /** Lets one come back where it was. Default: any free one. */
  readonly port?: number;
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** Who alone is let in. Default: everybody. */
  readonly user?: { readonly username: string; readonly password: string };
  /** Encrypts; with `caFile` it lets in only those whose certificate that authority has signed. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string; readonly caFile?: string };
  /** Each a line of mosquitto.conf. */
  readonly settings?: readonly string[];
}

/** A Mosquitto on loopback that keeps nothing. */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<TestBroker> {
  const { host = '127.0.0.1', settings = [] } = options;
  const port = options.port ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'picam-mosquitto-'));
  const configuration = join(folder, 'mosquitto.conf');
  const lines = [
    `listener ${port} ${host}`,
    'persistence false',
    `user ${userInfo().username}`,
    ...accessLines(options, folder),
    ...settings,
  ];
  writeFileSync(configuration, `${lines.join('\n')}\n`);
  const program = new ChildProgram({
    name: 'mosquitto',
    command: 'mosquitto',
    args: ['-c', configuration],
    env: WITH_SYSTEM_PROGRAMS,
  });
  const stop = async () => {
    await program.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  program.start();
  try {
    await waitUntil('mosquitto accepts connections', () => listens(program, port, host), START_TIMEOUT_MS);
  } catch (error) {
    await stop();
    throw program.failure('does not accept connections', error);
  }
  return { url: `${options.tls ? 'mqtts' : 'mqtt'}://127.0.0.1:${port}`, port, stop };
}

function accessLines({ user, tls }: MosquittoOptions, folder: string): string[] {
  const passwords = join(folder, 'passwords');
  if (user) execFileSync('mosquitto_passwd', ['-c', '-b', passwords, user.username, user.password]);
  return [
    ...(user ? ['allow_anonymous false', `password_file ${passwords}`] : ['allow_anonymous true']),
    ...(tls ? [`certfile ${tls.certFile}`, `keyfile ${tls.keyFile}`] : []),
    ...(tls?.caFile === undefined ? [] : [`cafile ${tls.caFile}`, 'require_certificate true']),
  ];
}

async function listens(program: ChildProgram, port: number, host: string): Promise<boolean> {
  return program.running && (await answers(port, host));
}
