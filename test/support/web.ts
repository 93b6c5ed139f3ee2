import { fileURLToPath } from 'node:url';
import { ChildProgram } from '../../demo/child-program.ts';
import { nodeWithin } from './apart-networks.ts';

const START_TIMEOUT_MS = 20_000;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface TestWeb {
  readonly url: string;
  readonly pid: number;
  readonly log: string;
  stop(): Promise<void>;
}

export interface TestWebOptions {
  /** More words for the command line. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The network namespace it runs in; default: this process's. */
  readonly namespace?: string;
}

/** `picam web` as a process of its own, on any free port and ready. */
export async function startWeb(
  broker: string,
  { args = [], env = {}, namespace }: TestWebOptions = {},
): Promise<TestWeb> {
  const [command, ...before] = nodeWithin(namespace);
  const program = new ChildProgram({
    name: 'web server',
    command,
    args: [...before, 'command-line/picam.ts', 'web', '--broker', broker, '--web-port', '0', ...args],
    cwd: ROOT,
    env: { NODE_OPTIONS: '--no-warnings', ...env },
  });
  try {
    const [, url = ''] = await program.start().waitForLog(/web page on (\S+)/, START_TIMEOUT_MS);
    return {
      url,
      pid: program.pid,
      get log() {
        return program.log;
      },
      stop: () => program.stop(),
    };
  } catch (error) {
    await program.stop();
    throw error;
  }
}
