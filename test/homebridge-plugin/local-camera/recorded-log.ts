import type { Logger } from '../../../foundation/logger.ts';

export interface RecordedLog {
  readonly logger: Logger;
  /** What was logged at a level, the oldest first. */
  linesOf(level: keyof Logger): readonly string[];
}

export function recordLog(): RecordedLog {
  const lines: { readonly level: keyof Logger; readonly message: string }[] = [];
  const keep = (level: keyof Logger) => (message: string) => void lines.push({ level, message });
  return {
    logger: { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') },
    linesOf: (level) => lines.filter((line) => line.level === level).map(({ message }) => message),
  };
}
