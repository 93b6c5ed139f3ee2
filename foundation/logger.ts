export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** info = lifecycle, debug = per session. Never keys, PINs, credentials or whole SDPs. */
export type Logger = Readonly<Record<LogLevel, (message: string) => void>>;

const RANK: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

export interface ConsoleLoggerOptions {
  readonly level: LogLevel;
  readonly write?: (line: string) => void;
  readonly now?: () => Date;
}

/** One line a message on stderr: time, level, message. stdout stays free for what a command is asked to print. */
export function createConsoleLogger(options: ConsoleLoggerOptions): Logger {
  const write = options.write ?? ((line) => process.stderr.write(line));
  const now = options.now ?? (() => new Date());
  const log = (level: LogLevel) => (message: string) => {
    if (RANK[level] < RANK[options.level]) return;
    write(`${now().toISOString()} ${level.padEnd(5)} ${message.replaceAll('\n', ' ')}\n`);
  };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}

/** The same logger with `[scope]` before every message. */
export function scoped(logger: Logger, scope: string): Logger {
  const log = (level: LogLevel) => (message: string) => logger[level](`[${scope}] ${message}`);
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}

export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** An error and what caused it, on one line. */
export function describeError(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const cause = thrown.cause === undefined ? '' : ` (because: ${describeError(thrown.cause)})`;
  return `${thrown.message || thrown.name}${cause}`;
}

function ignore(): void {}
