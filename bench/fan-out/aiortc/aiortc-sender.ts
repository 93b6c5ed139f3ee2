import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { withTimeout } from '../../../foundation/time-out.ts';
import type { BenchProcess } from '../../bench-process.ts';
import type { MeasuredSender } from '../measured-sender.ts';

/** The system's, which is the one that has Debian's packages. */
const PYTHON = '/usr/bin/python3';
const PROGRAM = fileURLToPath(new URL('./aiortc-sender.py', import.meta.url));
const REPLY_TIMEOUT_MS = 30_000;

/** aiortc, which encodes every picture for every viewer: VP8 of 640x480, what a browser agrees on with it. */
export class AiortcSender implements MeasuredSender {
  readonly #process: ChildProcessByStdio<Writable, Readable, null> = spawn(PYTHON, [PROGRAM], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  readonly #replies = createInterface({ input: this.#process.stdout });

  get pid(): number {
    const { pid } = this.#process;
    if (pid === undefined) throw new Error(`${PYTHON} could not be started`);
    return pid;
  }

  async connect(receivers: BenchProcess, n: number): Promise<void> {
    const offers = await receivers.ask<string[]>({ kind: 'offer', n, codec: 'VP8' });
    const answers = z.array(z.string()).parse(await this.#ask({ offers }));
    await receivers.ask({ kind: 'handle answers', answers });
    await this.#ask({ connect: true });
  }

  async send(durationMs: number): Promise<undefined> {
    await this.#ask({ send: true });
    await wait(durationMs);
    await this.#ask({ send: false });
  }

  async close(): Promise<void> {
    this.#replies.close();
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exit = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exit;
  }

  async #ask(question: object): Promise<unknown> {
    const reply = once(this.#replies, 'line');
    this.#process.stdin.write(`${JSON.stringify(question)}\n`);
    const [line] = (await withTimeout(reply, REPLY_TIMEOUT_MS, 'aiortc')) as [string];
    return JSON.parse(line);
  }
}

export function isAiortcInstalled(): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(PYTHON, ['-c', 'import aiortc'], (error) => resolve(error === null));
  });
}
