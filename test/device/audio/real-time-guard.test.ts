import { expect, test } from '@jest/globals';
import { RealTimeGuard } from '../../../device/audio/real-time-guard.ts';

const check = (frames: number, everyUs: number) => {
  const guard = new RealTimeGuard('microphone alsa:null');
  for (let n = 0; n < frames; n += 1) guard.check({ opus: Buffer.of(1), arrivedAtUs: n * everyUs });
};

test('sound in real time goes on and on', () => {
  expect(() => check(50_000, 20_000)).not.toThrow();
});

test('sound as fast as it is taken ends in words', () => {
  expect(() => check(5_000, 100)).toThrow(/alsa:null gives sound faster than time passes.*audio\.source/u);
});
