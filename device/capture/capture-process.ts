import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type Logger, describeError } from '../../foundation/logger.ts';
import type { AccessUnit } from '../../media/access-unit.ts';
import type { Clock } from './clock.ts';
import { leashed } from '../../foundation/leash.ts';
import { environmentWithoutSettings } from '../../foundation/program-environment.ts';
import { withStreams } from '../../foundation/with-streams.ts';
import { RecentLines } from './recent-lines.ts';
import { SourceError } from './source-error.ts';

/** Silence after which a program counts as hung; a camera may need some seconds to begin. */
const SILENCE_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 2_000;
const LONGEST_LOGGED_TEXT = 500;

/** A program that writes coded pictures, or sound, to its standard output. */
export interface CaptureCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** What it reads first, and only that: for what may not stand among its words, where every user of the machine sees it. */
  readonly input?: string;
  /** What is missed when it is silent. Default: `pictures`. */
  readonly yields?: string;
  /** The sentence for a machine without the program: what to type. */
  readonly whenMissing: string;
  /** Makes words for a failure out of what the program said; undefined: the program's own words are used. */
  readonly explain?: (lastWords: string) => SourceError | undefined;
  /** Takes what is secret out of a line the program said, before it is kept or logged. */
  readonly redact?: (line: string) => string;
}

/** Makes access units of a program's output; throws when it is not what was expected. */
export interface OutputReader<Unit = AccessUnit> {
  push(chunk: Buffer, nowUs: number): Unit[];
  /** Milliseconds without output after which `handleQuiet` is called; undefined: not before the next output. */
  readonly quietTimeoutMs?: number | undefined;
  /** Gives what the silence shows to be complete. */
  handleQuiet?(): Unit[];
}

export interface CaptureProcessOptions<Unit = AccessUnit> {
  readonly command: CaptureCommand;
  readonly reader: OutputReader<Unit>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Throws a SourceError to refuse what it is given and end the program. */
  readonly handleAccessUnit: (unit: Unit) => void;
  /** Called once when the program is gone and was not stopped. */
  readonly handleEnd: (error: SourceError) => void;
}

/** Owns one run of a program, without a shell. The program cannot outlive the daemon. */
export class CaptureProcess<Unit = AccessUnit> {
  readonly #options: CaptureProcessOptions<Unit>;
  readonly #lastWords = new RecentLines();
  #child: ChildProcessWithoutNullStreams | undefined;
  #gone: Promise<void> = Promise.resolve();
  #isStopped = false;
  #failure: SourceError | undefined;
  #cancelSilenceTimeout: () => void = () => undefined;
  #cancelQuietTimeout: () => void = () => undefined;

  constructor(options: CaptureProcessOptions<Unit>) {
    this.#options = options;
  }

  /** To be called once. */
  start(): void {
    const { program, args } = leashed(this.#options.command.program, this.#options.command.args);
    const child = withStreams(
      spawn(program, args, {
        stdio: ['pipe', 'pipe', 'pipe'],
        shell: false,
        env: environmentWithoutSettings(process.env),
      }),
    );
    this.#child = child;
    this.#gone = new Promise<void>((resolve) => {
      child.once('error', (cause) => {
        this.#failure ??= this.#describeStartFailure(cause);
        if (child.pid === undefined) resolve();
      });
      child.once('close', () => resolve());
    }).then(() => this.#handleGone());
    createInterface({ input: child.stderr }).on('line', (line) => this.#handleWords(line));
    // A program that ends while it is written to: its end is what gets reported.
    child.stdin.on('error', () => undefined);
    if (this.#options.command.input !== undefined) child.stdin.end(this.#options.command.input);
    child.stdout.on('data', (chunk: Buffer) => this.#handleOutput(chunk));
    this.#watchForSilence();
  }

  /** Writes a line to the program's input. Without effect once it is stopped or gone. */
  send(line: string): void {
    if (!this.#isStopped && this.#child?.stdin.writable) this.#child.stdin.write(`${line}\n`);
  }

  /** Resolves when the program is gone: asked first, killed after 2 s. Its output is read on, for a clean end. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelSilenceTimeout();
    this.#cancelQuietTimeout();
    this.#child?.kill('SIGINT');
    const cancelKill = this.#options.clock.after(STOP_TIMEOUT_MS, () => this.#child?.kill('SIGKILL'));
    await this.#gone;
    cancelKill();
  }

  #handleOutput(chunk: Buffer): void {
    if (this.#isStopped || this.#failure) return;
    this.#watchForSilence();
    this.#deliver(() => this.#options.reader.push(chunk, this.#options.clock.nowUs()));
    this.#watchForQuiet();
  }

  #handleWords(line: string): void {
    const { program, redact } = this.#options.command;
    const words = (redact?.(line) ?? line).trim();
    this.#lastWords.append(`${words}\n`);
    this.#options.logger.debug(`${program}: ${words.slice(0, LONGEST_LOGGED_TEXT)}`);
  }

  #deliver(read: () => readonly Unit[]): void {
    try {
      for (const unit of read()) if (!this.#isStopped) this.#options.handleAccessUnit(unit);
    } catch (error) {
      this.#fail(error instanceof SourceError ? error : this.#describeUnreadable(error));
    }
  }

  /** Looks a second time before it calls it quiet: after a stall of our own, output waits that was not read yet. */
  #watchForQuiet(): void {
    const { clock, reader } = this.#options;
    this.#cancelQuietTimeout();
    if (reader.quietTimeoutMs === undefined || this.#isStopped || this.#failure) return;
    this.#cancelQuietTimeout = clock.after(reader.quietTimeoutMs, () => {
      this.#cancelQuietTimeout = clock.after(0, () => this.#deliver(() => reader.handleQuiet?.() ?? []));
    });
  }

  #watchForSilence(): void {
    this.#cancelSilenceTimeout();
    this.#cancelSilenceTimeout = this.#options.clock.after(SILENCE_TIMEOUT_MS, () => {
      this.#fail(this.#explain() ?? this.#describeSilence());
    });
  }

  #fail(error: SourceError): void {
    this.#failure ??= error;
    this.#cancelQuietTimeout();
    this.#child?.kill('SIGKILL');
  }

  #handleGone(): void {
    this.#cancelSilenceTimeout();
    this.#cancelQuietTimeout();
    if (this.#isStopped) return;
    this.#options.handleEnd(this.#failure ?? this.#describeExit());
  }

  #describeStartFailure(cause: Error): SourceError {
    const { program, whenMissing } = this.#options.command;
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    return new SourceError(isMissing ? whenMissing : `${program} cannot be started.`, { cause });
  }

  #explain(alsoSaid = ''): SourceError | undefined {
    return this.#options.command.explain?.(`${this.#lastWords.toString()} ${alsoSaid}`.trim());
  }

  #describeSilence(): SourceError {
    const { program, yields = 'pictures' } = this.#options.command;
    return new SourceError(`${program} gave no ${yields} for ${SILENCE_TIMEOUT_MS / 1000} s${this.#said()}`);
  }

  #describeUnreadable(cause: unknown): SourceError {
    const explained = this.#explain(describeError(cause));
    const { program } = this.#options.command;
    return explained ?? new SourceError(`${program} wrote what cannot be read`, { cause });
  }

  #describeExit(): SourceError {
    const explained = this.#explain();
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
