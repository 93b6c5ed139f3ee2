import { expect, test } from '@jest/globals';
import { BENCHES } from '../../bench/benches.ts';
import { whatToInstall, type Need } from '../../bench/needs.ts';

test('what is missing is told as what to type', () => {
  const isThere = (need: Need) => need !== 'chromium';
  expect(whatToInstall(['chromium', 'ffmpeg'], isThere)).toEqual(['sudo apt-get install chromium']);
  expect(whatToInstall(['ffmpeg'], isThere)).toEqual([]);
});

test('a machine with neither ffmpeg nor Chromium still measures something', () => {
  const runnable = BENCHES.filter(({ needs = [] }) => whatToInstall(needs, () => false).length === 0);
  expect(runnable.map(({ name }) => name)).toEqual(expect.arrayContaining(['fan-out', 'mqtt']));
});
