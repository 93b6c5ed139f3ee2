import { beforeEach, describe, expect, test } from '@jest/globals';
import { silentLogger } from '../../foundation/logger.ts';
import { BitrateWishes } from '../../homebridge-plugin/bitrate-wishes.ts';

let told: number[];
let answer: () => Promise<void>;
let wishes: BitrateWishes;

const settled = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  told = [];
  answer = () => Promise.resolve();
  wishes = new BitrateWishes({
    tell: (kbps) => {
      told.push(kbps);
      return answer();
    },
    logger: silentLogger,
  });
});

describe('the bit rate that a camera is asked for', () => {
  test('is the most that any controller takes, and free again with the last one', async () => {
    wishes.set('phone', 299);
    await settled();
    wishes.set('tablet', 802);
    await settled();
    wishes.remove('tablet');
    await settled();
    wishes.remove('phone');
    await settled();
    expect(told).toEqual([299, 802, 299, 0]);
  });

  test('is free while one of them takes everything', async () => {
    wishes.set('phone at home', 0);
    wishes.set('phone on the train', 132);
    await settled();
    expect(told).toEqual([]);
    wishes.remove('phone at home');
    await settled();
    expect(told).toEqual([132]);
  });

  test('is told once at a time, and the last word is the one that holds', async () => {
    let reply = (): void => undefined;
    answer = () => new Promise((resolve) => (reply = resolve));
    for (const kbps of [299, 500, 802]) wishes.set('phone', kbps);
    expect(told).toEqual([299]);
    reply();
    await settled();
    expect(told).toEqual([299, 802]);
  });

  test('is told again to a camera that begins to send anew, also when it refused before', async () => {
    answer = () => Promise.reject(new Error('not live'));
    wishes.set('phone', 299);
    await settled();
    expect(told).toEqual([299]);
    answer = () => Promise.resolve();
    wishes.renew();
    await settled();
    wishes.set('phone', 299);
    await settled();
    expect(told).toEqual([299, 299]);
  });
});
