import { expect, test } from '@jest/globals';
import { openBursts } from '../../../foundation/bursts/open-bursts.ts';
import { silentLogger, type Logger } from '../../../foundation/logger.ts';
import { burstAddonOfThisMachine } from './burst-addon-of-this-machine.ts';

const addon = burstAddonOfThisMachine();
const there = () => ({ kind: 'there', addon }) as const;

test('the mode says whether the kernel may cut datagrams', () => {
  expect(openBursts('segmented', silentLogger, there)).toEqual({ addon, canSegment: true });
  expect(openBursts('list', silentLogger, there)).toEqual({ addon, canSegment: false });
});

test('where bursts are off nothing is loaded', () => {
  const load = () => {
    throw new Error('loaded');
  };
  expect(openBursts('off', silentLogger, load)).toBeUndefined();
});

test('where nothing was compiled the log says what that costs, and why', () => {
  const lines: string[] = [];
  const logger: Logger = { ...silentLogger, info: (line) => lines.push(line) };
  const absent = () => ({ kind: 'absent', reason: 'bursts are for Linux' }) as const;
  expect(openBursts('segmented', logger, absent)).toBeUndefined();
  expect(lines).toEqual([
    'packets leave one by one, which takes more of the processor: bursts are for Linux',
  ]);
});
