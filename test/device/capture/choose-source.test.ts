import { expect, test } from '@jest/globals';
import type { CameraFindings } from '../../../device/capture/camera-findings.ts';
import { chooseSource, findsItsCamera } from '../../../device/capture/choose-source.ts';

const PROGRAM = { name: 'rpicam-vid', version: '1.12.0', hasLibav: true, hasLowLatency: true } as const;
const USB_CAMERA = { device: '/dev/v4l/by-id/usb-Logi_C920-video-index0', name: 'Logi C920' };
const nothing: CameraFindings = {
  picamera2: { kind: 'not-installed' },
  rpicam: { kind: 'not-installed' },
  usb: { kind: 'no-camera' },
};
const picamera2 = { kind: 'cameras', models: ['imx708'] } as const;
const rpicam = {
  kind: 'cameras',
  program: PROGRAM,
  cameras: [{ number: 0, model: 'imx708', path: '/base' }],
} as const;
const second = { ...rpicam, cameras: [{ number: 1, model: 'ov5647', path: '/base' }] } as const;
const usb = { kind: 'cameras', cameras: [USB_CAMERA] } as const;

test.each([
  ['everything is there', { picamera2, rpicam, usb }, 'picamera2'],
  ['only Picamera2', { ...nothing, picamera2 }, 'picamera2'],
  ['no Picamera2', { ...nothing, rpicam, usb }, 'rpicam'],
  ['Picamera2 is broken', { picamera2: { kind: 'broken', problem: 'numpy' }, rpicam, usb }, 'rpicam'],
  ['the only camera is the second', { ...nothing, rpicam: second }, 'rpicam:1'],
  [
    'no camera on the ribbon cable',
    { picamera2: { kind: 'no-camera' }, rpicam: { kind: 'no-camera', program: PROGRAM }, usb },
    `v4l2:${USB_CAMERA.device}`,
  ],
  ['only USB', { ...nothing, usb }, `v4l2:${USB_CAMERA.device}`],
] as const)('%s', (_, findings, spec) => {
  expect(chooseSource(findings)).toMatchObject({ kind: 'chosen', spec });
});

test.each([
  ['not installed', { kind: 'not-installed' }, 'sudo apt install python3-picamera2 --no-install-recommends'],
  ['broken', { kind: 'broken', problem: 'numpy' }, /--reinstall$/],
  ['blind', { kind: 'no-camera' }, undefined],
] as const)(
  'with a Picamera2 that is %s, rpicam-vid does, and what would be better is told',
  (_, kind, better) => {
    const choice = chooseSource({ ...nothing, picamera2: kind, rpicam });
    expect(choice).toMatchObject({ spec: 'rpicam', cameras: 'imx708' });
    const told = choice.kind === 'chosen' ? choice.better : '';
    if (better === undefined) expect(told).toBeUndefined();
    else expect(told).toMatch(better);
  },
);

test.each([
  ['picamera2', true],
  ['picamera2:1', false],
  ['rpicam', false],
  ['rpicam:1', true],
])('source %s finds its camera: %s', (spec, isFound) => {
  expect(findsItsCamera(spec, { ...nothing, picamera2, rpicam: second })).toBe(isFound);
});

test.each([
  ['nothing at all', nothing, /sudo apt install python3-picamera2/],
  [
    'no camera on a Pi with all programs',
    {
      picamera2: { kind: 'no-camera' },
      rpicam: { kind: 'no-camera', program: PROGRAM },
      usb: { kind: 'no-camera' },
    },
    /ribbon cable/,
  ],
  [
    'a USB camera, but no ffmpeg',
    { ...nothing, usb: { kind: 'no-ffmpeg', cameras: [USB_CAMERA] } },
    /sudo apt install ffmpeg/,
  ],
  [
    'a broken Picamera2',
    { ...nothing, picamera2: { kind: 'broken', problem: 'numpy.dtype size changed' } },
    /--reinstall/,
  ],
] as const)('%s: what was looked for and what to do', (_, findings, remedy) => {
  const choice = chooseSource(findings);
  expect(choice).toMatchObject({
    kind: 'none',
    lookedFor: [/^Picamera2: /, /^rpicam-vid: /, /^USB: /].map(
      (line) => expect.stringMatching(line) as unknown,
    ),
  });
  expect(choice.kind === 'none' && choice.remedies.join('\n')).toMatch(remedy);
});
