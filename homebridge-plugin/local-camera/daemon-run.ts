import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Clock } from '../../foundation/clock.ts';
import type { ProgramStart } from '../../foundation/leash.ts';
import { describeError, type LogLevel } from '../../foundation/logger.ts';
import { environmentWithoutSettings } from '../../foundation/program-environment.ts';
import { withStreams } from '../../foundation/with-streams.ts';
import { readDaemonLine } from './daemon-line.ts';
import { LastWords } from './last-words.ts';

/** Less than Homebridge waits for its plugins when it ends. */
const STOP_TIMEOUT_MS = 3_000;
/** `picam` says with it that its settings are wrong: another try would end the same way. */
const EXIT_CONFIGURATION = 2;

export interface DaemonEnd {
  /** Why, on one line. */
  readonly words: string;
  /** False when it would end like this again and again. */
  readonly mayHeal: boolean;
}

export interface DaemonRunOptions {
  readonly command: ProgramStart;
  readonly clock: Clock;
  /** The camera is on its broker. */
  readonly handleReady: (brokerUrl: string) => void;
  readonly handleLog: (level: LogLevel, message: string) => void;
  /** Called once when it is gone and was not stopped. */
  readonly handleEnd: (end: DaemonEnd) => void;
}

/** Owns one run of the device daemon, from its start to its end. */
export class DaemonRun {
  readonly #options: DaemonRunOptions;
  readonly #lastWords = new LastWords();
  #child: ChildProcessByStdio<null, null, Readable> | undefined;
  #gone: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: DaemonRunOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** To be called once. */
  start(): void {
    const { program, args } = this.#options.command;
    const child = withStreams(
      spawn(program, args, {
        // A group of its own: Ctrl-C in Homebridge's terminal is Homebridge's to hear, which then stops this one.
        detached: true,
        stdio: ['ignore', 'ignore', 'pipe'],
        env: environmentWithoutSettings(process.env),
      }),
    );
    this.#child = child;
    createInterface({ input: child.stderr }).on('line', (line) => this.#handleLine(line));
    this.#gone = new Promise<void>((resolve) => {
      child.once('error', (error) => {
        this.#lastWords.add(`it could not be started: ${describeError(error)}`);
        if (child.pid === undefined) resolve();
      });
      child.once('close', () => resolve());
    }).then(() => this.#handleGone());
  }

  /** Resolves when it is gone: asked first, then killed. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#child?.kill('SIGTERM');
    const cancelKill = this.#options.clock.after(STOP_TIMEOUT_MS, () => this.#child?.kill('SIGKILL'));
    await this.#gone;
    cancelKill();
  }

  #handleLine(line: string): void {
    if (this.#isStopped) return;
    const said = readDaemonLine(line);
    if (said.kind === 'ready') this.#options.handleReady(said.brokerUrl);
    else if (said.kind === 'log') this.#options.handleLog(said.level, said.message);
    else this.#lastWords.add(said.message);
  }

  #handleGone(): void {
    if (this.#isStopped) return;
    const { exitCode = null, signalCode = null } = this.#child ?? {};
    const how = signalCode === null ? `exit code ${exitCode ?? 'unknown'}` : `signal ${signalCode}`;
    this.#options.handleEnd({
      words: this.#lastWords.text ?? `it ended by itself (${how})`,
      mayHeal: exitCode !== EXIT_CONFIGURATION,
    });
  }
}
