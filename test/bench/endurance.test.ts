import { beforeAll, describe, expect, test } from '@jest/globals';
import { ShownPictures } from '../../bench/endurance/shown-pictures.ts';
import { PICTURES_PER_SECOND } from '../../bench/endurance/numbered-pictures.ts';
import { endure, type Endured } from '../../bench/endurance/run.ts';

const VIEWERS = 4;
const LOST_AT_WRAP = 120;
const TIMEOUT_MS = 120_000;

/** As `npm run bench -- --only endurance` in short: the numbers begin anew after some seconds. */
describe('viewers behind a link that loses and reorders packets, a hundred in a row where the numbers wrap', () => {
  let endured: Endured;

  beforeAll(async () => {
    endured = await endure({
      viewers: VIEWERS,
      durationMs: 12_000,
      quality: { lostShare: 0.01, lateShare: 0.02, lostAtWrap: LOST_AT_WRAP },
      firstSequenceNumber: 64_000,
    });
  }, TIMEOUT_MS);

  test('have lost what they should', () => {
    console.info(
      `of ${endured.played.pictures} pictures: ${endured.seen.map((seen) => `${seen.pictures} (longest gap ${seen.longestGapPictures})`).join(', ')}`,
    );
    expect(endured.link.wraps).toBe(VIEWERS);
    expect(endured.link.lost).toBeGreaterThan(VIEWERS * LOST_AT_WRAP);
    expect(endured.played.packetsSentAgain).toBeGreaterThan(0);
  });

  test('are all still there', () => {
    expect(endured.played.viewers).toBe(VIEWERS);
    expect(endured.seen.map(({ ended }) => ended)).toEqual(Array(VIEWERS).fill(undefined));
  });

  // In pictures rather than in milliseconds: what counts is that nobody waits for the next key frame, which comes every
  // ten seconds by itself.
  test('recover by themselves', () => {
    for (const { longestGapPictures } of endured.seen)
      expect(longestGapPictures).toBeLessThan(2 * PICTURES_PER_SECOND);
  });

  test('see most pictures', () => {
    for (const { pictures } of endured.seen) expect(pictures).toBeGreaterThan(endured.played.pictures * 0.8);
  });
});

describe('a picture is shown', () => {
  const shownOf = (pictures: readonly (readonly [number: number, isKeyframe: boolean])[]) => {
    const shown = new ShownPictures();
    for (const [number, isKeyframe] of pictures)
      shown.add({ number, isKeyframe, readyMs: number * 10 }, number * 10 + 3);
    return shown.take(undefined);
  };

  test('when all before it came, back to a key frame', () => {
    const { pictures, delaysMs } = shownOf([
      [1, false],
      [2, true],
      [3, false],
      [4, false],
    ]);
    expect(pictures).toBe(3);
    expect(delaysMs).toEqual([3, 3, 3]);
  });

  test('not after one that is missing, until the next key frame', () => {
    const { pictures, longestGapPictures, longestGapMs } = shownOf([
      [2, true],
      [4, false],
      [5, false],
      [7, true],
    ]);
    expect(pictures).toBe(2);
    expect(longestGapPictures).toBe(4);
    expect(longestGapMs).toBe(50);
  });
});
