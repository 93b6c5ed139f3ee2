import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChildProgram, type Exit } from '../../demo/child-program.ts';
import { randomIdentifier } from '../../foundation/identifiers.ts';
import { nodeWithin } from './apart-networks.ts';

const START_TIMEOUT_MS = 20_000;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface TestDeviceOptions {
  /** The broker's URL; without one the device brings its own. */
  readonly broker?: string;
  /** Default: the test picture. */
  readonly source?: string;
  /** Default: a random id. */
  readonly device?: string;
  /** More words for the command line. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Runs what users install instead of the sources; `ensureBuilt` first. */
  readonly built?: boolean;
  /** The network namespace it runs in; default: this process's. */
  readonly namespace?: string;
}

export interface TestDevice {
  readonly device: string;
  readonly pid: number;
  /** The broker it is on, as it says itself. */
  readonly broker: string;
  readonly log: string;
  readonly running: boolean;
  /** Resolves with how it ended. */
  readonly exited: Promise<Exit>;
  stop(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

/** `picam device` as a process of its own, ready and with throw-away storage. */
export async function startDevice(options: TestDeviceOptions = {}): Promise<TestDevice> {
  const device = options.device ?? `test-${randomIdentifier().toLowerCase().replaceAll('_', '-')}`;
  const storage = mkdtempSync(join(tmpdir(), 'picam-device-'));
  const [command, ...before] = nodeWithin(options.namespace);
  const program = new ChildProgram({
    name: `camera "${device}"`,
    command,
    args: [
      ...before,
      options.built === true ? 'dist/command-line/picam.js' : 'command-line/picam.ts',
      'device',
      ...words(device, storage, options),
    ],
    cwd: ROOT,
    env: { NODE_OPTIONS: '--no-warnings', ...options.env },
  });
  const stop = async () => {
    await program.stop();
    rmSync(storage, { recursive: true, force: true });
  };
  try {
    const ready = /camera "[^"]*" is ready \(broker (\S+)\)/;
    const [, broker = ''] = await program.start().waitForLog(ready, START_TIMEOUT_MS);
    return testDevice(program, device, broker, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

/** How Node is called. */
function words(device: string, storage: string, { broker, source = 'test', args = [] }: TestDeviceOptions) {
  const onBroker = broker === undefined ? ['--mqtt-port', '0'] : ['--broker', broker];
  return ['--device', device, '--source', source, '--storage', storage, ...onBroker, ...args];
}

function testDevice(
  program: ChildProgram,
  device: string,
  broker: string,
  stop: () => Promise<void>,
): TestDevice {
  return {
    device,
    pid: program.pid,
    broker,
    get log() {
      return program.log;
    },
    get running() {
      return program.running;
    },
    get exited() {
      return program.exited;
    },
    stop,
    kill: (signal) => program.kill(signal),
  };
}
