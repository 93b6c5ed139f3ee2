import type { LogLevel } from '../../foundation/logger.ts';

/** One line that the daemon wrote: to its log, or, when it could not even begin, in plain words. */
export type DaemonLine =
  | { readonly kind: 'ready'; readonly brokerUrl: string }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: string }
  /** Why it is about to end. */
  | { readonly kind: 'last-words'; readonly message: string };

const LOG_LINE = /^\d{4}-\S+Z (debug|info|warn|error) +(.*)$/u;
const READY = /^camera "[^"]*" is ready \(broker (\S+)\)$/u;
const COULD_NOT_START = /^picam could not start: (.*)$/u;
const LONGEST_MESSAGE = 600;

export function readDaemonLine(line: string): DaemonLine {
  const [, level, message = ''] = LOG_LINE.exec(line) ?? [];
  if (level === undefined) return { kind: 'last-words', message: line.trim().slice(0, LONGEST_MESSAGE) };
  const [, brokerUrl] = READY.exec(message) ?? [];
  if (brokerUrl !== undefined) return { kind: 'ready', brokerUrl };
  const [, reason] = COULD_NOT_START.exec(message) ?? [];
  if (reason !== undefined) return { kind: 'last-words', message: reason.slice(0, LONGEST_MESSAGE) };
  return { kind: 'log', level: level as LogLevel, message: message.slice(0, LONGEST_MESSAGE) };
}
