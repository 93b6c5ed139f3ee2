import { expect, test } from '@jest/globals';
import { SourceError } from '../../../device/capture/source-error.ts';
import { FailureLog } from '../../../device/live-stream/failure-log.ts';
import type { Logger, LogLevel } from '../../../foundation/logger.ts';

test('a camera that stays away is one line, another reason another one, and so is its return', () => {
  const lines: string[] = [];
  const at = (level: LogLevel) => (message: string) => void lines.push(`${level}: ${message}`);
  const logger: Logger = { debug: () => undefined, info: at('info'), warn: at('warn'), error: at('error') };
  const log = new FailureLog(logger);
  const tryOnce = (problem: string) => {
    log.handleStart('camera 0');
    log.handleFailure('camera 0', new SourceError(problem));
  };
  for (const problem of ['unplugged', 'unplugged', 'unplugged', 'busy', 'busy']) tryOnce(problem);
  log.handleStart('camera 0');
  for (let pictures = 0; pictures < 3; pictures += 1) log.handlePicture('camera 0');
  tryOnce('busy');
  expect(lines).toEqual([
    'info: starting camera 0',
    'warn: camera 0 failed: unplugged',
    'warn: camera 0 failed: busy',
    'info: camera 0 gives pictures again',
    'info: starting camera 0',
    'warn: camera 0 failed: busy',
  ]);
});
