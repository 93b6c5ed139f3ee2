import { expect, test } from '@jest/globals';
import { accessUnitToAnnexB, type AccessUnit } from '../../../media/access-unit.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { childrenNamed } from '../child-processes.ts';
import { runFfmpeg } from '../run-ffmpeg.ts';
import { connectViewer, type LiveViewer } from './live-viewer.ts';
import { openSessions } from './open-sessions.ts';

const resources = resourcesOfEachTest();
const TEST_TIMEOUT_MS = 240_000;
const PATIENCE_MS = 30_000;
const MOST_VIEWERS = 30;
/** A whole group of pictures fits a socket's buffer, so that a busy machine loses none of it. */
const FEW_PICTURES = { fps: 5, bitrateKbps: 100 };

/** @returns how many pictures ffmpeg makes of them. */
async function decodedPictures(units: readonly AccessUnit[]): Promise<number> {
  const gray = [
    '-pix_fmt',
    'gray',
    '-vf',
    'scale=2:2',
    '-fps_mode',
    'passthrough',
    '-f',
    'rawvideo',
    'pipe:1',
  ];
  const stream = Buffer.concat(units.map((unit) => accessUnitToAnnexB(unit)));
  return (await runFfmpeg(['-f', 'h264', '-i', 'pipe:0', ...gray], stream)).length / 4;
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

test.each([
  [2, 'segmented'],
  [10, 'segmented'],
  [2, 'off'],
] as const)(
  'with 1, 10 and 30 viewers one encoder runs, and a new one begins with a picture that decodes; %d s between key frames, bursts %s',
  async (keyframeIntervalS, bursts) => {
    const { sessions, liveStream } = await openSessions(resources, {
      bursts,
      video: { ...FEW_PICTURES, keyframeIntervalS },
    });
    liveStream.start();
    // In the middle of a group of pictures, so that nobody's first picture is a key frame that has just come by.
    let pictures = 0;
    liveStream.observe({ handleAccessUnit: () => (pictures += 1), handleGap: () => undefined });
    await waitUntil(
      'half a group',
      () => pictures >= (FEW_PICTURES.fps * keyframeIntervalS) / 2,
      PATIENCE_MS,
    );
    const viewers: LiveViewer[] = [];
    for (const count of [1, 10, MOST_VIEWERS]) {
      const joining: LiveViewer[] = [];
      while (viewers.length < count) {
        const viewer = await connectViewer(resources, sessions, `viewer-${viewers.length}`);
        await waitUntil('its first picture', () => viewer.firstPictureMs !== undefined, PATIENCE_MS);
        viewers.push(viewer);
        joining.push(viewer);
      }
      const timesMs = joining.map(({ firstPictureMs = Number.NaN }) => firstPictureMs);
      const times = `median ${median(timesMs).toFixed(1)}, most ${Math.max(...timesMs).toFixed(1)}`;
      console.log(
        `${count} viewers, key frame every ${keyframeIntervalS} s, bursts ${bursts}: connected to first picture, ms: ${times}`,
      );
      expect(await childrenNamed('ffmpeg')).toHaveLength(1);
      expect(median(timesMs)).toBeLessThan(300);
      for (const { units } of joining) expect(units[0]?.isKeyframe).toBe(true);
      const newest = joining.at(-1)?.units.slice() ?? [];
      expect(await decodedPictures(newest.slice(0, 1))).toBe(1);
      expect(await decodedPictures(newest)).toBe(newest.length);
    }
    await waitUntil('no other viewer', () => liveStream.viewers === MOST_VIEWERS, PATIENCE_MS);
    for (const { lostPackets } of viewers) expect(lostPackets).toBe(0);
  },
  TEST_TIMEOUT_MS,
);
