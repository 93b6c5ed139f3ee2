import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { ViewerSessions } from '../../../device/viewer-session/viewer-sessions.ts';
import { waitUntil } from '../../support/wait-until.ts';

const PROGRAM = fileURLToPath(new URL('./viewer-process.ts', import.meta.url));
const START_TIMEOUT_MS = 30_000;

/** A viewer in a process of its own, which a test can let stand still. */
export class SeparateViewer {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: Interface;

  constructor() {
    this.#process = spawn(process.execPath, ['--no-warnings', PROGRAM], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface({ input: this.#process.stdout });
  }

  async connect(sessions: ViewerSessions, peer: string): Promise<void> {
    const { offer = '' } = await this.#nextMessage('its offer');
    const { sdp } = await sessions.accept(peer, offer, false);
    this.#process.stdin.write(`${JSON.stringify({ answer: sdp })}\n`);
    await this.#nextMessage('its first packet');
  }

  /** From now on it reads nothing and answers nothing, but its sockets stay open. */
  standStill(): void {
    this.#process.kill('SIGSTOP');
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }

  async #nextMessage(what: string): Promise<{ readonly offer?: string }> {
    const [line] = (await waitUntil(what, once(this.#lines, 'line'), START_TIMEOUT_MS)) as [string];
    return JSON.parse(line) as { offer?: string };
  }
}
