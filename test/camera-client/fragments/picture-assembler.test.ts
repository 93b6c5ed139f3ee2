import { describe, expect, test } from '@jest/globals';
import { PictureAssembler } from '../../../camera-client/fragments/picture-assembler.ts';
import type { RecordedPicture } from '../../../camera-client/fragments/recorded-picture.ts';
import type { AccessUnit } from '../../../media/access-unit.ts';
import { NalType } from '../../../media/h264-nal.ts';
import { FilmPackets, makeFilm } from '../../support/film.ts';

const FPS = 10;
const STEP_TICKS = 9_000;
const film = makeFilm({ seconds: 2, fps: FPS, gopPictures: 5 });
const otherFilm = makeFilm({ seconds: 1, fps: FPS, gopPictures: 5, size: '160x120' });

function takeAll(
  assembler: PictureAssembler,
  units: readonly AccessUnit[],
  packets = new FilmPackets(),
  nowMs = 0,
): RecordedPicture[] {
  return units.flatMap((unit, index) =>
    packets.packetsOf(unit, index * STEP_TICKS).flatMap((packet) => assembler.push(packet, nowMs)),
  );
}

/** The types of the length-prefixed NAL units. */
function nalTypes({ data }: RecordedPicture): number[] {
  const types: number[] = [];
  for (let offset = 0; offset < data.length; offset += 4 + data.readUInt32BE(offset))
    types.push(data.readUInt8(offset + 4) & 0x1f);
  return types;
}

describe('the pictures of a recording', () => {
  test('are the slices of the camera’s pictures, with its times and parameter sets', async () => {
    const pictures = takeAll(new PictureAssembler(), await film);
    expect(pictures).toHaveLength(2 * FPS);
    expect(pictures.map(({ isKeyframe }) => isKeyframe).indexOf(true, 1)).toBe(5);
    const [first] = pictures;
    expect(pictures.map(({ ticks }) => ticks - (first?.ticks ?? 0))).toEqual(
      pictures.map((_, index) => index * STEP_TICKS),
    );
    expect(new Set(pictures.flatMap(nalTypes))).toEqual(new Set([NalType.slice, NalType.idr]));
    expect(new Set(pictures.map(({ parameterSets }) => parameterSets)).size).toBe(1);
    expect(first?.parameterSets.sps[0]).toBe(0x67);
  });

  test('begin with a key frame, whenever one joins', async () => {
    const pictures = takeAll(new PictureAssembler(), (await film).slice(2));
    expect(pictures).toHaveLength(2 * FPS - 5);
    expect(pictures[0]?.isKeyframe).toBe(true);
  });

  test('pause after a loss until the next key frame', async () => {
    const assembler = new PictureAssembler();
    const packets = new FilmPackets();
    const units = await film;
    const before = takeAll(assembler, units.slice(0, 3), packets);
    packets.skip(1);
    const after = takeAll(assembler, units.slice(3), packets);
    expect(before).toHaveLength(3);
    expect(after).toHaveLength(2 * FPS - 5);
    expect(after[0]?.isKeyframe).toBe(true);
  });

  test('count on over the wrap of the camera’s timestamps and sequence numbers', async () => {
    const packets = new FilmPackets({ firstIndex: 65_530, firstTimestamp: 2 ** 32 - 20_000 });
    const pictures = takeAll(new PictureAssembler(), await film, packets);
    const steps = pictures.slice(1).map(({ ticks }, index) => ticks - (pictures[index]?.ticks ?? 0));
    expect(new Set(steps)).toEqual(new Set([STEP_TICKS]));
  });

  test('go on with the time that has passed when the view was set up anew', async () => {
    const assembler = new PictureAssembler();
    const units = await film;
    const before = takeAll(assembler, units, new FilmPackets(), 5_000);
    assembler.restart();
    expect(assembler.isWaiting).toBe(true);
    const after = takeAll(assembler, units, new FilmPackets({ firstIndex: 7, firstTimestamp: 99 }), 7_500);
    expect(after).toHaveLength(2 * FPS);
    expect((after[0]?.ticks ?? 0) - (before.at(-1)?.ticks ?? 0)).toBe(2_500 * 90);
    expect(after[0]?.parameterSets).toBe(before[0]?.parameterSets);
  });

  test('have the times by which the camera speaks of its clock, also between two and over the wrap', async () => {
    const assembler = new PictureAssembler();
    expect(assembler.ticksAt(0)).toBeUndefined();
    const firstTimestamp = 2 ** 32 - 20_000;
    const pictures = takeAll(assembler, await film, new FilmPackets({ firstTimestamp }));
    const [first] = pictures;
    expect(assembler.ticksAt(firstTimestamp)).toBe(first?.ticks);
    expect(assembler.ticksAt(STEP_TICKS - 20_000 + 4_500)).toBe(Number(first?.ticks) + STEP_TICKS + 4_500);
    assembler.restart();
    expect(assembler.ticksAt(firstTimestamp)).toBeUndefined();
  });

  test('have other parameter sets when the camera changes its picture', async () => {
    const assembler = new PictureAssembler();
    const packets = new FilmPackets();
    const before = takeAll(assembler, await film, packets);
    const after = takeAll(assembler, await otherFilm, packets);
    expect(after[0]?.parameterSets).not.toBe(before[0]?.parameterSets);
    expect(after[0]?.parameterSets.sps.equals(before[0]?.parameterSets.sps ?? Buffer.alloc(0))).toBe(false);
  });
});
