import { beforeEach, describe, expect, test } from '@jest/globals';
import { silentLogger } from '../../foundation/logger.ts';
import { placeholderPicture } from '../../homebridge-plugin/placeholder-pictures.ts';
import { SnapshotCache } from '../../homebridge-plugin/snapshot-cache.ts';

let nowMs: number;
let isOnline: boolean;
let taken: number[];
let answer: () => Promise<Buffer>;
let cache: SnapshotCache;

const tile = { width: 640, isForEvent: false };
const event = { width: 640, isForEvent: true };

beforeEach(() => {
  nowMs = 0;
  isOnline = true;
  taken = [];
  answer = () => Promise.resolve(Buffer.from(`picture ${taken.length}`));
  cache = new SnapshotCache({
    isOnline: () => isOnline,
    take: (width) => {
      taken.push(width);
      return answer();
    },
    placeholder: (kind) => Promise.resolve(Buffer.from(kind)),
    logger: silentLogger,
    now: () => nowMs,
    firstWaitMs: 20,
    eventWaitMs: 20,
  });
});

async function picture(wish = tile): Promise<string> {
  return (await cache.take(wish)).toString();
}

describe('the snapshot cache', () => {
  test('waits for the first picture, then gives what it has at once and renews it behind', async () => {
    expect(await picture()).toBe('picture 1');
    nowMs = 5_000;
    expect(await picture()).toBe('picture 1');
    expect(await picture()).toBe('picture 2');
  });

  test('shares a picture among requests at the same time, and widths among tiles', async () => {
    const pictures = await Promise.all([picture(), picture(), picture({ ...tile, width: 500 })]);
    expect(new Set(pictures).size).toBe(1);
    expect(taken).toEqual([640]);
  });

  test('says "starting" when the first picture takes too long, and "unavailable" when there is none', async () => {
    answer = () => new Promise(() => undefined);
    expect(await picture()).toBe('starting');
    answer = () => Promise.reject(new Error('the camera is broken'));
    expect(await picture({ ...tile, width: 300 })).toBe('unavailable');
  });

  test('waits for a new picture when the old one says nothing about now', async () => {
    await picture();
    nowMs = 3_600_000;
    expect(await picture()).toBe('picture 2');
    nowMs = 3_605_000;
    expect(await picture(event)).toBe('picture 3');
  });

  test('rather gives an old picture than none', async () => {
    await picture();
    nowMs = 3_600_000;
    answer = () => new Promise(() => undefined);
    expect(await picture(event)).toBe('picture 1');
  });

  test('asks an offline camera for nothing', async () => {
    isOnline = false;
    expect(await picture()).toBe('offline');
    expect(taken).toEqual([]);
  });
});

test.each(['offline', 'starting', 'unavailable'] as const)(
  'there is a picture for "%s" in two sizes',
  async (kind) => {
    for (const width of [320, 1280]) {
      const jpeg = await placeholderPicture(kind, width);
      expect(jpeg.subarray(0, 3)).toEqual(Buffer.of(0xff, 0xd8, 0xff));
      expect(jpeg.length).toBeLessThan(40_000);
    }
  },
);
