import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { ChildProgram } from '../../demo/child-program.ts';
import { answers, freePort } from '../../demo/ports.ts';
import { waitUntil } from './wait-until.ts';

const START_TIMEOUT_MS = 10_000;

export interface TestBroker {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** A Mosquitto on loopback that lets everybody in and keeps nothing. `port` lets one come back where it was. */
export async function startMosquitto(options: { readonly port?: number } = {}): Promise<TestBroker> {
  const port = options.port ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'picam-mosquitto-'));
  const settings = join(folder, 'mosquitto.conf');
  writeFileSync(
    settings,
    `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nuser ${userInfo().username}\n`,
  );
  const program = new ChildProgram({
    name: 'mosquitto',
    command: 'mosquitto',
    args: ['-c', settings],
    env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin` },
  });
  const stop = async () => {
    await program.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  program.start();
  try {
    await waitUntil('mosquitto accepts connections', () => listens(program, port), START_TIMEOUT_MS);
  } catch (error) {
    await stop();
    throw program.failure('does not accept connections', error);
  }
  return { url: `mqtt://127.0.0.1:${port}`, port, stop };
}

async function listens(program: ChildProgram, port: number): Promise<boolean> {
  return program.running && (await answers(port));
}
