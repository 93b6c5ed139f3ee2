import { describe, expect, test } from '@jest/globals';
import { CodedMotionMeter } from '../../../device/motion/coded-motion-meter.ts';
import { AccessUnitSplitter } from '../../../media/access-unit-splitter.ts';
import { runFfmpeg } from '../run-ffmpeg.ts';

const FPS = 10;

function picture(bytes: number, isKeyframe = false) {
  return { nalUnits: [Buffer.alloc(bytes)], captureTimeUs: 0, isKeyframe };
}

/** What the meter says of the last of `count` pictures. */
function after(meter: CodedMotionMeter, bytes: number, count: number) {
  let said: boolean | undefined;
  for (let i = 0; i < count; i += 1) said = meter.add(picture(bytes));
  return said;
}

describe('motion measured on the coded stream', () => {
  test.each([
    { sensitivity: 50, usual: 1000, now: 1900, moving: false },
    { sensitivity: 50, usual: 1000, now: 2100, moving: true },
    { sensitivity: 100, usual: 1000, now: 1300, moving: true },
    { sensitivity: 1, usual: 1000, now: 4000, moving: false },
    { sensitivity: 1, usual: 1000, now: 6000, moving: true },
    { sensitivity: 100, usual: 30, now: 150, moving: false },
    { sensitivity: 50, usual: 30, now: 400, moving: true },
  ])(
    'at sensitivity $sensitivity, $usual bytes and then $now: $moving',
    ({ sensitivity, usual, now, moving }) => {
      const meter = new CodedMotionMeter(sensitivity);
      expect(after(meter, usual, 100)).toBe(false);
      expect(after(meter, now, 5)).toBe(moving);
      expect(after(meter, usual, 5)).toBe(false);
    },
  );

  test('key frames and a single large picture tell nothing', () => {
    const meter = new CodedMotionMeter(50);
    after(meter, 1000, 100);
    expect(meter.add(picture(50_000, true))).toBeUndefined();
    expect(meter.add(picture(4000))).toBe(false);
  });

  test('nothing is told before there is something usual, nor just after a gap', () => {
    const meter = new CodedMotionMeter(50);
    expect(after(meter, 1000, 29)).toBeUndefined();
    expect(after(meter, 1000, 1)).toBe(false);
    meter.forget();
    expect(after(meter, 9000, 29)).toBeUndefined();
  });

  test('a real encoder: somebody walks into a still scene with little noise', async () => {
    const walker = "overlay=x='if(lt(t,6),-100,(t-6)*60)':y=60";
    const film = await runFfmpeg([
      ...['-f', 'lavfi', '-i', `color=gray:size=320x240:rate=${FPS}:duration=9,noise=alls=2:allf=t`],
      ...['-f', 'lavfi', '-i', `testsrc2=size=60x120:rate=${FPS}:duration=9`],
      ...[
        '-filter_complex',
        `[0][1]${walker}`,
        '-c:v',
        'libx264',
        '-preset',
        'ultrafast',
        '-tune',
        'zerolatency',
      ],
      ...['-g', '20', '-threads', '1', '-f', 'h264', '-'],
    ]);
    const meter = new CodedMotionMeter(50);
    const units = new AccessUnitSplitter().push(film, 0);
    const said = units.map((unit) => meter.add(unit));
    expect(said.slice(0, 6 * FPS)).not.toContain(true);
    expect(said.slice(6 * FPS, 7 * FPS)).toContain(true);
  });
});
