import { describe, expect, test } from '@jest/globals';
import { areOpusFramesAlike, holdsOneOpusFrame, mergeOpusPackets } from '../../media/opus-merging.ts';
import { runFfmpeg } from '../device/run-ffmpeg.ts';
import { decodeOpus } from '../support/opus-sound.ts';

const FRAME_S = 0.02;
const SECONDS = 0.6;

/** Real Opus of 20 ms a packet, all of one size. */
async function encodeTone(kbps: number): Promise<Buffer[]> {
  const words = `-f lavfi -i sine=frequency=440:sample_rate=48000:duration=${SECONDS} -map 0:a -c:a libopus -application lowdelay -frame_duration 20 -vbr off -b:a ${kbps}k -f data -`;
  const bytes = await runFfmpeg(words.split(' '));
  const size = (kbps * 20) / 8;
  return Array.from({ length: bytes.length / size }, (_, n) => bytes.subarray(n * size, (n + 1) * size));
}

function inGroups(packets: readonly Buffer[], size: number): Buffer[][] {
  const whole = Math.floor(packets.length / size);
  return Array.from({ length: whole }, (_, n) => packets.slice(n * size, (n + 1) * size));
}

describe('Opus packets that are merged', () => {
  // Frames of 40, 252…255 and 320 bytes: lengths in one byte, just in two, and more.
  test.each([
    { kbps: 16, frames: 3 },
    { kbps: 101.2, frames: 3 },
    { kbps: 102, frames: 2 },
    { kbps: 128, frames: 3 },
  ])('sound exactly as they did one by one ($kbps kbit/s, $frames frames)', async ({ kbps, frames }) => {
    const packets = await encodeTone(kbps);
    const groups = inGroups(packets, frames);
    const one = await decodeOpus(groups.flat());
    const merged = await decodeOpus(groups.map(mergeOpusPackets), frames * FRAME_S);
    expect(merged.length).toBe(one.length);
    expect(Buffer.from(merged.buffer).equals(Buffer.from(one.buffer))).toBe(true);
  });

  test('keep the place of one that is missing', async () => {
    const groups = inGroups(await encodeTone(32), 3);
    const merged = groups.map(([first, , third]) => mergeOpusPackets([first, undefined, third]));
    const sound = await decodeOpus(merged, 3 * FRAME_S);
    const whole = await decodeOpus(groups.map(mergeOpusPackets), 3 * FRAME_S);
    expect(sound.length).toBe(whole.length);
  });

  test('must each hold one frame, of the same kind', () => {
    const [mono, stereo, wider, two] = [0xf8, 0xfc, 0xf0, 0xf9].map((first) => Buffer.of(first, 1, 2));
    expect([mono, two].map((packet) => packet && holdsOneOpusFrame(packet))).toEqual([true, false]);
    const likeMono = [mono, stereo, wider].map(
      (packet) => mono && packet && areOpusFramesAlike(mono, packet),
    );
    expect(likeMono).toEqual([true, false, false]);
  });
});
