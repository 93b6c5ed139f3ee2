import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { type Logger, describeError } from '../../foundation/logger.ts';
import type { AccessUnit } from '../../media/access-unit.ts';
import type { Clock } from './clock.ts';
import { environmentWithoutSettings } from './program-environment.ts';
import { RecentLines } from './recent-lines.ts';
import { SourceError } from './source-error.ts';

/** Silence after which a program counts as hung; a camera may need some seconds to begin. */
const SILENCE_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 2_000;
const LONGEST_LOGGED_TEXT = 500;

/** A program that writes coded pictures to its standard output. */
export interface CaptureCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** The sentence for a machine without the program: what to type. */
  readonly whenMissing: string;
  /** Makes words for a failure out of what the program said; undefined: the program's own words are used. */
  readonly explain?: (lastWords: string) => SourceError | undefined;
}

/** Makes access units of a program's output; throws when it is not what was expected. */
export interface OutputReader {
  push(chunk: Buffer, nowUs: number): AccessUnit[];
}

export interface CaptureProcessOptions {
  readonly command: CaptureCommand;
  readonly reader: OutputReader;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Throws a SourceError to refuse the picture and end the program. */
  readonly handleAccessUnit: (unit: AccessUnit) => void;
  /** Called once when the program is gone and was not stopped. */
  readonly handleEnd: (error: SourceError) => void;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

/**
 * Owns one run of a program, without a shell. The program cannot outlive the daemon: when the daemon dies its next
 * write to the closed pipe fails.
 */
export class CaptureProcess {
  readonly #options: CaptureProcessOptions;
  readonly #lastWords = new RecentLines();
  #child: Child | undefined;
  #gone: Promise<void> = Promise.resolve();
  #isStopped = false;
  #failure: SourceError | undefined;
  #cancelSilenceTimeout: () => void = () => undefined;

  constructor(options: CaptureProcessOptions) {
    this.#options = options;
  }

  /** To be called once. */
  start(): void {
    const { program, args } = this.#options.command;
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: false,
      env: environmentWithoutSettings(process.env),
    });
    this.#child = child;
    this.#gone = new Promise<void>((resolve) => {
      child.once('error', (cause) => {
        this.#failure ??= this.#describeStartFailure(cause);
        if (child.pid === undefined) resolve();
      });
      child.once('close', () => resolve());
    }).then(() => this.#handleGone());
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.#handleWords(text));
    child.stdout.on('data', (chunk: Buffer) => this.#handleOutput(chunk));
    this.#watchForSilence();
  }

  /** Resolves when the program is gone: asked first, killed after 2 s. Its output is read on, for a clean end. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelSilenceTimeout();
    this.#child?.kill('SIGINT');
    const cancelKill = this.#options.clock.after(STOP_TIMEOUT_MS, () => this.#child?.kill('SIGKILL'));
    await this.#gone;
    cancelKill();
  }

  #handleOutput(chunk: Buffer): void {
    if (this.#isStopped || this.#failure) return;
    this.#watchForSilence();
    try {
      this.#deliver(this.#options.reader.push(chunk, this.#options.clock.nowUs()));
    } catch (error) {
      this.#fail(error instanceof SourceError ? error : this.#describeUnreadable(error));
    }
  }

  #handleWords(text: string): void {
    this.#lastWords.append(text);
    this.#options.logger.debug(
      `${this.#options.command.program}: ${text.trim().slice(0, LONGEST_LOGGED_TEXT)}`,
    );
  }

  #deliver(units: readonly AccessUnit[]): void {
    for (const unit of units) if (!this.#isStopped) this.#options.handleAccessUnit(unit);
  }

  #watchForSilence(): void {
    this.#cancelSilenceTimeout();
    this.#cancelSilenceTimeout = this.#options.clock.after(SILENCE_TIMEOUT_MS, () => {
      const { program } = this.#options.command;
      this.#fail(
        new SourceError(`${program} gave no pictures for ${SILENCE_TIMEOUT_MS / 1000} s${this.#said()}`),
      );
    });
  }

  #fail(error: SourceError): void {
    this.#failure ??= error;
    this.#child?.kill('SIGKILL');
  }

  #handleGone(): void {
    this.#cancelSilenceTimeout();
    if (this.#isStopped) return;
    this.#options.handleEnd(this.#failure ?? this.#describeExit());
  }

  #describeStartFailure(cause: Error): SourceError {
    const { program, whenMissing } = this.#options.command;
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    return new SourceError(isMissing ? whenMissing : `${program} cannot be started.`, { cause });
  }

  #describeUnreadable(cause: unknown): SourceError {
    const { program, explain } = this.#options.command;
    const explained = explain?.(`${this.#lastWords.toString()} ${describeError(cause)}`);
    return explained ?? new SourceError(`${program} wrote what cannot be read`, { cause });
  }

  #describeExit(): SourceError {
    const explained = this.#options.command.explain?.(this.#lastWords.toString());
    if (explained) return explained;
    const { program } = this.#options.command;
    const { exitCode = null, signalCode = null } = this.#child ?? {};
    const how = signalCode === null ? `exit status ${exitCode ?? 'unknown'}` : `signal ${signalCode}`;
    return new SourceError(`${program} ended by itself (${how})${this.#said()}`);
  }

  #said(): string {
    const lastWords = this.#lastWords.toString();
    return lastWords === '' ? '' : `; it said: ${lastWords}`;
  }
}
