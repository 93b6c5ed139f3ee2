import { fileURLToPath } from 'node:url';
import { ChildProgram } from '../../demo/child-program.ts';

const START_TIMEOUT_MS = 20_000;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface TestWeb {
  readonly url: string;
  readonly pid: number;
  readonly log: string;
  stop(): Promise<void>;
}

/** `picam web` as a process of its own, on any free port and ready. `args`: more words for the command line. */
export async function startWeb(broker: string, args: readonly string[] = []): Promise<TestWeb> {
  const program = new ChildProgram({
    name: 'web server',
    command: process.execPath,
    args: ['command-line/picam.ts', 'web', '--broker', broker, '--web-port', '0', ...args],
    cwd: ROOT,
    env: { NODE_OPTIONS: '--no-warnings' },
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
