import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { withTimeout } from '../foundation/time-out.ts';

const REPLY_TIMEOUT_MS = 120_000;

/** A child process that answers one question at a time, so that its CPU time is its own. */
export class BenchProcess {
  readonly #process: ChildProcess;

  constructor(program: URL) {
    this.#process = fork(program);
  }

  /** @throws when the process could not be started. */
  get pid(): number {
    const { pid } = this.#process;
    if (pid === undefined) throw new Error('the measured process could not be started');
    return pid;
  }

  /**
   * @param takesMs how long the answer takes when all is well.
   * @throws when the process ends instead of answering, or takes much longer.
   */
  async ask<Reply>(question: object, takesMs = 0): Promise<Reply> {
    const ended = new AbortController();
    const reply = once(this.#process, 'message', { signal: ended.signal });
    const exit = () => ended.abort(new Error('the measured process ended'));
    this.#process.once('exit', exit);
    try {
      this.#process.send(question);
      const [message] = (await withTimeout(reply, takesMs + REPLY_TIMEOUT_MS, 'the measured process')) as [
        Reply,
      ];
      return message;
    } finally {
      this.#process.off('exit', exit);
    }
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exit = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exit;
  }
}

/** The child's side of `ask`; it trusts its parent to ask what it can answer, and ends with it. */
export function answerQuestions(answer: (question: never) => Promise<unknown>): void {
  process.on('disconnect', () => process.exit());
  process.on('message', (question) => {
    answer(question as never).then(
      (reply) => process.send?.(reply ?? {}),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}
