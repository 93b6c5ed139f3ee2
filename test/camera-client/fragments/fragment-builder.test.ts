import { describe, expect, test } from '@jest/globals';
import {
  FragmentBuilder,
  type Fragment,
  type FragmentLimits,
} from '../../../camera-client/fragments/fragment-builder.ts';
import type { RecordedPicture } from '../../../camera-client/fragments/recorded-picture.ts';
import { keyframe, OTHER_SETS, picture, SETS, TICKS_PER_S } from './made-pictures.ts';

function build(pictures: readonly RecordedPicture[], limits: Partial<FragmentLimits> = {}) {
  const builder = new FragmentBuilder({ maxMs: 4_000, maxBytes: 1_000_000, ...limits });
  return { builder, fragments: pictures.flatMap((one) => builder.push(one) ?? []) };
}

function durationsS({ samples }: Fragment): number[] {
  return samples.map(({ duration }) => duration / TICKS_PER_S);
}

describe('the fragments of a recording', () => {
  test('go from one key frame to the next, with the times that the pictures had', () => {
    const { fragments } = build([
      keyframe(1),
      picture(1.25),
      picture(1.75),
      keyframe(2),
      picture(3),
      keyframe(4),
    ]);
    expect(fragments.map(({ startTicks }) => startTicks / TICKS_PER_S)).toEqual([1, 2]);
    expect(fragments.map(durationsS)).toEqual([
      [0.25, 0.5, 0.25],
      [1, 1],
    ]);
    expect(fragments.map(({ samples }) => samples.map(({ isSync }) => isSync))).toEqual([
      [true, false, false],
      [true, false],
    ]);
    expect(fragments).toMatchObject([
      { isLast: false, bytes: 300, parameterSets: SETS },
      { isLast: false, bytes: 200 },
    ]);
  });

  test('begin with the first key frame', () => {
    const { fragments } = build([picture(0), picture(0.5), keyframe(1), keyframe(2)]);
    expect(fragments.map(({ startTicks }) => startTicks / TICKS_PER_S)).toEqual([1]);
  });

  test('are never longer than allowed: pictures that come too late for a fragment are left out', () => {
    const { builder, fragments } = build([
      keyframe(0),
      picture(1),
      picture(3.5),
      picture(4),
      picture(5),
      keyframe(6),
      keyframe(6.5),
    ]);
    expect(fragments.map(durationsS)).toEqual([[1, 2.5, 0.5], [0.5]]);
    expect(builder.leftOutPictures).toBe(2);
  });

  test('take no more bytes than allowed', () => {
    const large = { bytes: 400 };
    const { builder, fragments } = build(
      [
        keyframe(0, large),
        picture(1, large),
        picture(2, large),
        picture(2.5, { bytes: 10 }),
        keyframe(3, large),
      ],
      { maxBytes: 1_000 },
    );
    expect(fragments.map(durationsS)).toEqual([[1, 2]]);
    expect(builder.bytes).toBe(400);
  });

  test('leave out a key frame that is too large by itself', () => {
    const { builder, fragments } = build(
      [keyframe(0, { bytes: 2_000 }), picture(1), keyframe(2), keyframe(3)],
      {
        maxBytes: 1_000,
      },
    );
    expect(fragments.map(({ startTicks }) => startTicks / TICKS_PER_S)).toEqual([2]);
    expect(builder.isOpen).toBe(true);
  });

  test('say when what comes next cannot continue them', () => {
    const { fragments } = build([
      keyframe(0),
      keyframe(1),
      keyframe(2, { parameterSets: OTHER_SETS }),
      keyframe(3, { parameterSets: OTHER_SETS }),
    ]);
    expect(fragments.map(({ isLast }) => isLast)).toEqual([false, true, false]);
  });

  test('can be completed before their time, the last picture as long as the one before', () => {
    const { builder } = build([keyframe(0), picture(0.5), picture(0.6)]);
    const fragment = builder.finish();
    expect(fragment && durationsS(fragment)).toEqual([0.5, 0.1, 0.1]);
    expect(fragment?.isLast).toBe(true);
    expect(builder.isOpen).toBe(false);
    expect(builder.finish()).toBeUndefined();
  });

  test('tell how long the open one has become', () => {
    const { builder } = build([keyframe(0), keyframe(2), picture(2.5)]);
    expect(builder.openMs).toBe(500);
  });
});
