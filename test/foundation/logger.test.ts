import { expect, test } from '@jest/globals';
import { redactedUrl } from '../../foundation/broker-settings.ts';
import { createConsoleLogger, describeError, scoped } from '../../foundation/logger.ts';

test('one line a message, with its time, level and scope, and nothing below the level', () => {
  const lines: string[] = [];
  const logger = createConsoleLogger({
    level: 'info',
    write: (line) => void lines.push(line),
    now: () => new Date(0),
  });
  scoped(logger, 'front-door').warn('two\nlines');
  logger.debug('hidden');
  expect(lines).toEqual(['1970-01-01T00:00:00.000Z warn  [front-door] two lines\n']);
});

test('an error is told with what caused it', () => {
  expect(describeError(new Error('no picture', { cause: new Error('no camera') }))).toBe(
    'no picture (because: no camera)',
  );
});

test('the user name and the password in a broker URL are not told', () => {
  expect(redactedUrl('mqtt://me:secret@broker.local:1883')).toBe('mqtt://broker.local:1883');
  expect(redactedUrl('secret')).not.toContain('secret');
});
