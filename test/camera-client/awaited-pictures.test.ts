import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { AwaitedPictures } from '../../camera-client/awaited-pictures.ts';

const jpeg = Buffer.from('a picture');
const sha256 = createHash('sha256').update(jpeg).digest('hex');

describe('awaited pictures', () => {
  test('come to those who wait and to those who ask late', async () => {
    const pictures = new AwaitedPictures();
    const { signal } = new AbortController();
    const early = pictures.arrivalOf(sha256, signal);
    pictures.handle(jpeg);
    await expect(early).resolves.toBe(jpeg);
    await expect(pictures.arrivalOf(sha256, signal)).resolves.toBe(jpeg);
  });

  test('are awaited no more when the wait ends', () => {
    const pictures = new AwaitedPictures();
    const waiting = new AbortController();
    void pictures.arrivalOf(sha256, waiting.signal);
    expect(pictures.waiting).toBe(1);
    waiting.abort();
    expect(pictures.waiting).toBe(0);
  });

  test('are not awaited at all when the wait had ended before', async () => {
    const pictures = new AwaitedPictures();
    await expect(pictures.arrivalOf(sha256, AbortSignal.abort())).rejects.toMatchObject({ code: 'timeout' });
    expect(pictures.waiting).toBe(0);
  });
});
