import { describe, expect, test } from '@jest/globals';
import { cameraControlsSchema, type CameraControls } from '../../../contract/camera-controls.ts';
import { systemClock } from '../../../device/capture/clock.ts';
import { ignoredControls } from '../../../device/capture/ignored-controls.ts';
import { Picamera2Source } from '../../../device/capture/picamera2/picamera2-source.ts';
import { rpicamCommand } from '../../../device/capture/rpicam-command.ts';
import { softwareCommand } from '../../../device/capture/v4l2-source.ts';
import { parseV4l2Spec } from '../../../device/capture/v4l2-spec.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { installStandInPicamera2 } from '../../support/stand-in-picamera2.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { RecordingSink } from '../recording-sink.ts';

const VIDEO = { width: 320, height: 180, fps: 30, bitrateKbps: 500, keyframeIntervalS: 2 };
const START_TIMEOUT_MS = 15_000;
const resources = resourcesOfEachTest();

describe('Picamera2', () => {
  async function start(controls: CameraControls) {
    const standIn = resources.own(installStandInPicamera2());
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (line: string) => void warnings.push(line) };
    const source = new Picamera2Source(0, { ...VIDEO, controls }, systemClock, logger);
    resources.onEnd('source', () => source.stop());
    const run = async () => {
      const sink = new RecordingSink();
      source.start(sink);
      await waitUntil('pictures', sink.received(3), START_TIMEOUT_MS);
    };
    await run();
    return { source, run, log: () => standIn.log(), warnings };
  }

  test('sees as the configuration says from its first picture on, without a second start', async () => {
    const roi = { x: 0.25, y: 0, width: 0.5, height: 1 };
    const { log, warnings } = await start({ brightness: 0.2, exposure: 5_000, roi, rotation: 180 });
    expect(log()).toEqual([
      { open: 0, pid: expect.any(Number) },
      { hflip: true, vflip: true },
      {
        controls: { Brightness: 0.2, ExposureTime: 5_000, ScalerCrop: [1152, 0, 2304, 2592] },
        running: false,
      },
      { recording: true },
    ]);
    expect(warnings).toEqual([]);
  });

  test('runs without a control that the camera has not, which is told by name', async () => {
    const { log, warnings } = await start({ focus: 2, brightness: 0.2, exposure: 20 });
    expect(log().find(({ controls }) => controls)).toMatchObject({ controls: { Brightness: 0.2 } });
    expect(warnings).toEqual([
      expect.stringMatching(/this camera has no focus \(AfMode, LensPosition\)/u),
      expect.stringMatching(/exposure 20 is not between 75 and 200000000, which is what this camera can do/u),
    ]);
  });

  test('keeps what is changed meanwhile for its next start, and turns by flip and rotation together', async () => {
    const { source, run, log } = await start({ rotation: 180 });
    await source.setControls({ flip: { horizontal: true, vertical: false }, brightness: 0.5 });
    await source.stop();
    await run();
    const starts = log().filter(({ hflip }) => hflip !== undefined);
    expect(starts).toEqual([
      { hflip: true, vflip: true },
      { hflip: false, vflip: true },
      { hflip: false, vflip: true },
    ]);
    expect(log().at(-2)).toEqual({ controls: { Brightness: 0.5 }, running: false });
  });

  test('is told what changed while it was starting', async () => {
    const { source, log } = await start({});
    await source.stop();
    const sink = new RecordingSink();
    source.start(sink);
    await source.setControls({ brightness: 0.7 });
    source.setFps(10);
    await waitUntil('pictures', sink.received(3), START_TIMEOUT_MS);
    await waitUntil('the controls', () =>
      log().some(({ controls, running }) => running && controls?.['Brightness'] === 0.7),
    );
    expect(log().some(({ controls }) => 'FrameDurationLimits' in (controls ?? {}))).toBe(true);
  });
});

const RPICAM = { name: 'rpicam-vid', version: '1.12.0', hasLibav: true, hasLowLatency: true } as const;

test.each<[CameraControls, string]>([
  [{}, ''],
  [{ exposure: 'auto', rotation: 0 }, ''],
  [{ exposure: 5_000, awb: 'daylight', brightness: -0.5 }, '--brightness -0.5 --awb daylight --shutter 5000'],
  [{ contrast: 1.5, saturation: 0, sharpness: 2 }, '--contrast 1.5 --saturation 0 --sharpness 2'],
  [{ roi: { x: 0.25, y: 0, width: 0.5, height: 1 } }, '--roi 0.25,0,0.5,1'],
  [{ focus: 'continuous' }, '--autofocus-mode continuous'],
  [{ focus: 2 }, '--autofocus-mode manual --lens-position 2'],
  [{ rotation: 180 }, '--hflip --vflip'],
  [{ rotation: 180, flip: { horizontal: true, vertical: false } }, '--vflip'],
])('rpicam-vid gets for %j "%s"', (controls, words) => {
  const { args } = rpicamCommand(RPICAM, 0, { ...VIDEO, controls });
  expect(args.slice(args.indexOf('--flush') + 1, args.indexOf('--low-latency')).join(' ')).toBe(words);
});

test('the picture of a USB camera can be turned', () => {
  const { args } = softwareCommand(parseV4l2Spec('/dev/video0'), { ...VIDEO, controls: { rotation: 180 } });
  expect(args[args.indexOf('-vf') + 1]).toBe('scale=out_range=tv,format=yuv420p,hflip,vflip');
});

test.each<[string, string[]]>([
  ['auto', []],
  ['rpicam:1', []],
  ['v4l2:/dev/video0', ['awb']],
  ['rtsp://camera/1', ['awb', 'rotation']],
  ['test', ['awb', 'rotation']],
])('of source %s the configuration is told to have no effect: %j', (spec, ignored) => {
  expect(ignoredControls(spec, { awb: 'auto', rotation: 180 })).toEqual(ignored);
});

test('a quarter turn is refused in words', () => {
  const { error } = cameraControlsSchema.safeParse({ rotation: 90 });
  expect(error?.issues.map(({ message }) => message)).toEqual([
    'must be 0 or 180, which is all that a sensor can do',
  ]);
});
