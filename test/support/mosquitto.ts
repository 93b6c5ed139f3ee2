import { spawnSync } from 'node:child_process';
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
  /** Lets one come back where it was. */
  readonly port?: number;
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** Each a line of mosquitto.conf. */
  readonly settings?: readonly string[];
}

/** A Mosquitto on loopback that lets everybody in and keeps nothing. */
export async function startMosquitto({
  host = '127.0.0.1',
  settings = [],
  ...options
}: MosquittoOptions = {}): Promise<TestBroker> {
  const port = options.port ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'picam-mosquitto-'));
  const configuration = join(folder, 'mosquitto.conf');
  const lines = [
    `listener ${port} ${host}`,
    'allow_anonymous true',
    'persistence false',
    `user ${userInfo().username}`,
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
  return { url: `mqtt://127.0.0.1:${port}`, port, stop };
}

async function listens(program: ChildProgram, port: number, host: string): Promise<boolean> {
  return program.running && (await answers(port, host));
}
