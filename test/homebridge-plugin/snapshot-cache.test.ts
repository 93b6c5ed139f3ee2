import { beforeEach, describe, expect, test } from '@jest/globals';
import { CameraError } from '../../contract/errors.ts';
import { silentLogger } from '../../foundation/logger.ts';
import type { CameraReadiness } from '../../homebridge-plugin/camera-readiness.ts';
import { placeholderPicture } from '../../homebridge-plugin/placeholder-pictures.ts';
import { SnapshotCache } from '../../homebridge-plugin/snapshot-cache.ts';

let nowMs: number;
let readiness: CameraReadiness;
let taken: number[];
let answer: () => Promise<Buffer>;
let cache: SnapshotCache;

const tile = { width: 640, isForEvent: false };
const event = { width: 640, isForEvent: true };

beforeEach(() => {
  nowMs = 0;
  readiness = 'ready';
  taken = [];
  answer = () => Promise.resolve(Buffer.from(`picture ${taken.length}`));
  cache = new SnapshotCache({
    readiness: () => readiness,
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

  test('rather gives a picture of a short while ago than none, but never an old one', async () => {
    await picture();
    nowMs = 59_000;
    answer = () => Promise.reject(new Error('the camera is broken'));
    expect(await picture(event)).toBe('picture 1');
    nowMs = 61_000;
    expect(await picture(event)).toBe('unavailable');
    answer = () => new Promise(() => undefined);
    expect(await picture()).toBe('starting');
  });

  test('renews every size at an event, and gives no picture of before it for one', async () => {
    await picture();
    await picture({ ...tile, width: 320 });
    nowMs = 100;
    expect(await picture(event)).toBe('picture 1');
    cache.handleEvent();
    expect(taken).toEqual([640, 320, 640, 320]);
    expect(await picture(event)).toBe('picture 3');
    nowMs = 200;
    expect(await picture(event)).toBe('picture 3');
    expect(taken).toHaveLength(4);
  });

  test('asks nothing of a camera that is off when something happens', () => {
    readiness = 'private';
    cache.handleEvent();
    expect(taken).toEqual([]);
  });

  test('forgets what it has when the camera is turned off, and asks it for nothing', async () => {
    await picture();
    readiness = 'private';
    expect(await picture()).toBe('private');
    expect(taken).toHaveLength(1);
    readiness = 'ready';
    answer = () => Promise.reject(new Error('the camera is broken'));
    expect(await picture()).toBe('unavailable');
  });

  test('forgets what it has when the camera forbids a picture before it has told that it is off', async () => {
    await picture();
    nowMs = 5_000;
    answer = () => Promise.reject(new CameraError('forbidden', 'The camera has been turned off.'));
    expect(await picture(event)).toBe('private');
    answer = () => Promise.reject(new Error('the camera is broken'));
    expect(await picture()).toBe('unavailable');
  });

  test('does not show a picture that arrives after the camera was turned off', async () => {
    answer = () => {
      readiness = 'private';
      return Promise.resolve(Buffer.from('a secret'));
    };
    expect(await picture()).toBe('private');
    readiness = 'ready';
    answer = () => Promise.reject(new Error('the camera is broken'));
    expect(await picture()).toBe('unavailable');
  });

  test('asks an offline camera for nothing', async () => {
    readiness = 'offline';
    expect(await picture()).toBe('offline');
    expect(taken).toEqual([]);
  });
});

test.each(['offline', 'private', 'starting', 'unavailable'] as const)(
  'there is a picture for "%s" in two sizes',
  async (kind) => {
    for (const width of [320, 1280]) {
      const jpeg = await placeholderPicture(kind, width);
      expect(jpeg.subarray(0, 3)).toEqual(Buffer.of(0xff, 0xd8, 0xff));
      expect(jpeg.length).toBeLessThan(40_000);
    }
  },
);
