import { expect, test } from '@jest/globals';
import { readDaemonLine } from '../../../homebridge-plugin/local-camera/daemon-line.ts';
import { LastWords } from '../../../homebridge-plugin/local-camera/last-words.ts';

test.each([
  [
    '2026-11-26T05:00:00.000Z info  camera "a" is ready (broker mqtt://127.0.0.1:1884)',
    { kind: 'ready', brokerUrl: 'mqtt://127.0.0.1:1884' },
  ],
  [
    '2026-11-26T05:00:00.000Z warn  ffmpeg is not installed',
    { kind: 'log', level: 'warn', message: 'ffmpeg is not installed' },
  ],
  [
    '2026-11-26T05:00:00.000Z error picam could not start: the port is taken',
    { kind: 'last-words', message: 'the port is taken' },
  ],
  ['source: is not known', { kind: 'last-words', message: 'source: is not known' }],
])('%p is read', (line, read) => {
  expect(readDaemonLine(line)).toEqual(read);
});

test('of a stack only what it is about is kept', () => {
  const words = new LastWords();
  for (const line of ['Error: no memory', '    at start (file.js:1:1)', '', 'Node.js v24.21.0'])
    words.add(line);
  expect(words.text).toBe('Error: no memory');
  expect(new LastWords().text).toBeUndefined();
});
