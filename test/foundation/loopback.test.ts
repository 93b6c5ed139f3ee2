import { expect, test } from '@jest/globals';
import { isLoopback } from '../../foundation/loopback.ts';

test.each(['localhost', 'LocalHost', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])(
  '%s is for programs on this machine only',
  (host) => {
    expect(isLoopback(host)).toBe(true);
  },
);

test.each([
  '',
  '0.0.0.0',
  '::',
  '[::]',
  '192.168.1.5',
  '127.evil.example',
  '127.0.0.999',
  '127.0.0.1.example',
])('"%s" is for others too', (host) => {
  expect(isLoopback(host)).toBe(false);
});
