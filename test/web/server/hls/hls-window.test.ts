import { describe, expect, test } from '@jest/globals';
import { HlsWindow } from '../../../../web/server/hls/hls-window.ts';

const SETS = { sps: Buffer.from([0x67]), pps: [Buffer.from([0x68])] };
const OTHER_SETS = { sps: Buffer.from([0x67, 1]), pps: [Buffer.from([0x68])] };
const NOON = Date.UTC(2026, 0, 1, 12);

function windowOf(seconds: readonly number[], setsOf: (n: number) => typeof SETS = () => SETS, bytes = 10) {
  const window = new HlsWindow({ id: 'cam', firstNumber: 100, describe: ({ sps }) => sps });
  let atMs = NOON;
  for (const [n, durationS] of seconds.entries()) {
    const data = Buffer.alloc(bytes, n);
    window.add({ durationMs: durationS * 1000, startedAtMs: atMs, parameterSets: setsOf(n), data });
    atMs += durationS * 1000;
  }
  return window;
}

const twos = (count: number) => new Array<number>(count).fill(2);

describe('the playlist', () => {
  test('is there with the first segment', () => {
    expect(windowOf([]).playlist).toBeUndefined();
    expect(windowOf([2]).playlist).toBe(
      [
        '#EXTM3U',
        '#EXT-X-VERSION:6',
        '#EXT-X-TARGETDURATION:2',
        '#EXT-X-MEDIA-SEQUENCE:100',
        '#EXT-X-DISCONTINUITY-SEQUENCE:100',
        '#EXT-X-INDEPENDENT-SEGMENTS',
        '#EXT-X-MAP:URI="cam-init-100.mp4"',
        '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T12:00:00.000Z',
        '#EXTINF:2.000,',
        'cam-100.m4s',
        '',
      ].join('\n'),
    );
  });

  test('slides: what is old goes, and the numbers go on', () => {
    const { playlist = '' } = windowOf(twos(20));
    expect(playlist).toContain('#EXT-X-MEDIA-SEQUENCE:113\n');
    expect(playlist).toContain('#EXT-X-PROGRAM-DATE-TIME:2026-01-01T12:00:26.000Z\n');
    expect(playlist.match(/cam-\d+\.m4s/gu)).toEqual(
      Array.from({ length: 7 }, (_, n) => `cam-${113 + n}.m4s`),
    );
  });

  test('has a target that no segment exceeds', () => {
    expect(windowOf([2, 9.6, 2]).playlist).toContain('#EXT-X-TARGETDURATION:10\n');
  });

  test('tells where the picture becomes another one, and counts what has gone of that', () => {
    const other = windowOf(twos(3), (n) => (n < 2 ? SETS : OTHER_SETS));
    expect(other.playlist).toMatch(
      /cam-101\.m4s\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="cam-init-101\.mp4"\n#EXT-X-PROGRAM-DATE-TIME:.*04\.000Z\n#EXTINF:2\.000,\ncam-102/u,
    );
    const later = windowOf(twos(20), (n) => (n < 2 ? SETS : OTHER_SETS));
    expect(later.playlist).toContain('#EXT-X-DISCONTINUITY-SEQUENCE:101\n');
    expect(later.playlist).not.toContain('#EXT-X-DISCONTINUITY\n');
    expect(later.file('cam-init-100.mp4')).toBeUndefined();
  });
});

test('the files that the playlist names are there, and no others', () => {
  const window = windowOf(twos(20));
  expect(window.file('cam-init-100.mp4')).toEqual(SETS.sps);
  expect(window.file('cam-119.m4s')).toEqual(Buffer.alloc(10, 19));
  for (const name of ['cam-112.m4s', 'cam-120.m4s', 'other-119.m4s', 'cam-init-1.mp4', '../cam-119.m4s'])
    expect(window.file(name)).toBeUndefined();
});

test('large segments are fewer', () => {
  const { playlist = '' } = windowOf(twos(8), undefined, 7 * 1024 * 1024);
  expect(playlist.match(/m4s/gu)).toHaveLength(4);
});
