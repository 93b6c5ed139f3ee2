import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { withTimeout } from '../foundation/time-out.ts';

const KEPT_LOG_CHARACTERS = 200_000;
const STOP_TIMEOUT_MS = 3_500;
const KILL_TIMEOUT_MS = 1_000;
const LAST_WORDS_TIMEOUT_MS = 300;
const LINES_IN_ERRORS = 20;

export interface ChildProgramOptions {
  /** For messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** All the program says is kept here too. */
  readonly logFile?: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class ProgramError extends Error {
  override readonly name = 'ProgramError';
}

/**
 * A program of our own and all that it starts in turn. It runs in a process group of its own, so that Ctrl-C in the
 * terminal reaches only whoever owns it, and so that whatever it leaves behind can be ended too.
 */
export class ChildProgram {
  readonly #options: ChildProgramOptions;
  readonly #watchers = new Set<() => void>();
  #child: ChildProcess | undefined;
  #logFile: WriteStream | undefined;
  #log = '';
  #output = '';
  #exited: Promise<Exit> | undefined;
  #exit: Exit | undefined;

  constructor(options: ChildProgramOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new ProgramError(`${this.name} was not started.`);
    return pid;
  }

  /** What it wrote to stdout and stderr: the newest 200 000 characters. */
  get log(): string {
    return this.#log;
  }

  /** What it wrote to stdout alone: the newest 200 000 characters. */
  get output(): string {
    return this.#output;
  }

  get running(): boolean {
    return this.#child !== undefined && this.#exit === undefined;
  }

  /** Resolves with how it ended; never rejects. */
  get exited(): Promise<Exit> {
    return this.#exited ?? Promise.reject(new ProgramError(`${this.name} was not started.`));
  }

  start(): this {
    const { command, args, cwd, env, logFile } = this.#options;
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    if (logFile !== undefined) this.#logFile = createWriteStream(logFile, { flags: 'a' });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#output = (this.#output + text).slice(-KEPT_LOG_CHARACTERS);
      this.#append(text);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.#append(text));
    this.#exited = new Promise((resolve) => {
      child.once('error', (error) => {
        this.#append(`${error.message}\n`);
        if (child.pid === undefined) this.#handleExit({ code: null, signal: null }, resolve);
      });
      child.once('exit', (code, signal) => {
        // Its last words are still in the pipe; something it left behind may hold the pipe open for ever.
        const handle = () => this.#handleExit({ code, signal }, resolve);
        child.once('close', handle);
        setTimeout(handle, LAST_WORDS_TIMEOUT_MS).unref();
      });
    });
    return this;
  }

  /** @throws ProgramError with its last words when it ends, or says nothing that matches in time. */
  async waitForLog(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray> {
    const found = new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(this.#log);
        if (!match && this.running) return;
        this.#watchers.delete(look);
        if (match) resolve(match);
        else reject(this.failure('ended'));
      };
      this.#watchers.add(look);
      look();
    });
    try {
      return await withTimeout(found, timeoutMs, this.name);
    } catch (error) {
      if (error instanceof ProgramError) throw error;
      throw this.failure(`did not say ${String(pattern)} within ${timeoutMs} ms`, error);
    }
  }

  /** An error that says what happened to the program and ends with its last lines. */
  failure(what: string, cause?: unknown): ProgramError {
    const how = this.#exit ? ` (${describeExit(this.#exit)})` : '';
    return new ProgramError(
      `${this.name} ${what}${how}. Its last lines:\n${this.lastLines(LINES_IN_ERRORS)}`,
      {
        cause,
      },
    );
  }

  lastLines(count: number): string {
    return this.#log.trimEnd().split('\n').slice(-count).join('\n') || '(it said nothing)';
  }

  kill(signal: NodeJS.Signals): void {
    if (this.running) this.#child?.kill(signal);
  }

  /** Asks it to end, insists after three and a half seconds, and ends what it left behind. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (!this.#child) return;
    this.kill(signal);
    await this.#exitsWithin(STOP_TIMEOUT_MS);
    this.killAll();
    await this.#exitsWithin(KILL_TIMEOUT_MS);
    this.#logFile?.end();
    this.#logFile = undefined;
  }

  /** Ends it and all it started, at once and without asking. */
  killAll(): void {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // ESRCH: nobody is left, which is what was wanted.
    }
  }

  async #exitsWithin(timeoutMs: number): Promise<void> {
    await withTimeout(this.exited, timeoutMs, `the end of ${this.name}`).catch(() => undefined);
  }

  #append(text: string): void {
    this.#logFile?.write(text);
    this.#log = (this.#log + text).slice(-KEPT_LOG_CHARACTERS);
    this.#tellWatchers();
  }

  #handleExit(exit: Exit, resolve: (exit: Exit) => void): void {
    if (this.#exit) return;
    this.#exit = exit;
    this.#tellWatchers();
    resolve(exit);
  }

  #tellWatchers(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

function describeExit({ code, signal }: Exit): string {
  if (signal !== null) return `signal ${signal}`;
  return code === null ? 'it could not be started' : `exit code ${code}`;
}
