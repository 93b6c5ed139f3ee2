import { describe, expect, test } from '@jest/globals';
import { diagnose } from '../../../command-line/doctor/diagnose.ts';
import type { CameraFact, Facts } from '../../../command-line/doctor/facts.ts';
import { chooseSource } from '../../../device/capture/choose-source.ts';
import type { CameraFindings } from '../../../device/capture/camera-findings.ts';
import { DOCTOR_IN_GERMAN } from '../../../homebridge-plugin/settings-page/public/doctor-words-german.ts';
import {
  DOCTOR_IN_ENGLISH,
  doctorWords,
  type DoctorWords,
} from '../../../homebridge-plugin/settings-page/public/doctor-words.ts';

const PROGRAM = { name: 'rpicam-vid', version: '1.5', hasLibav: true, hasLowLatency: true } as const;
const USB = { device: '/dev/video0', name: 'C920' };
const NOTHING: CameraFindings = {
  picamera2: { kind: 'not-installed' },
  rpicam: { kind: 'not-installed' },
  usb: { kind: 'no-camera' },
};
const RPICAM = {
  kind: 'cameras',
  program: PROGRAM,
  cameras: [{ number: 0, model: 'imx708', path: '/base/soc/i2c0mux' }],
} as const satisfies CameraFindings['rpicam'];
const BROKEN = { kind: 'broken', problem: 'no module named libcamera' } as const;
const AWAY = "ENOENT: no such file or directory, access '/dev/video9'";

function looked(findings: Partial<CameraFindings>, spec = 'auto', isFound = false): CameraFact {
  return { kind: 'looked', spec, choice: chooseSource({ ...NOTHING, ...findings }), isFound };
}

/** All that can be wrong with a camera of the settings page, which sets neither sound nor TURN nor another broker. */
const WELL: Facts = {
  camera: looked({ picamera2: { kind: 'cameras', models: ['imx708'] } }, 'auto', true),
  ffmpeg: { kind: 'there', version: '7.1', encoders: ['libx264'] },
  broker: { kind: 'embedded', address: '127.0.0.1:1884' },
  clock: { now: new Date('2026-11-23T10:00:00Z'), isSynchronized: true },
  storage: { folder: '/var/lib/homebridge' },
  recordings: { folder: '/var/lib/homebridge', isConfigured: false, freeMB: 9_000, minFreeMB: 500 },
  webPort: { address: '127.0.0.1:8080' },
  iceServers: [],
};
const WRONG: readonly Partial<Facts>[] = [
  { camera: looked({}) },
  { camera: looked({ picamera2: { kind: 'no-camera' }, rpicam: { kind: 'no-camera', program: PROGRAM } }) },
  { camera: looked({ picamera2: BROKEN, rpicam: { kind: 'broken', program: PROGRAM } }) },
  { camera: looked({ usb: { kind: 'no-ffmpeg', cameras: [USB] } }) },
  { camera: looked({ usb: { kind: 'cameras', cameras: [USB] } }, 'rpicam') },
  { camera: looked({ rpicam: RPICAM }, 'auto', true) },
  { camera: looked({ rpicam: RPICAM, picamera2: BROKEN }, 'auto', true) },
  { camera: { kind: 'path', spec: 'v4l2:/dev/video9', path: '/dev/video9', problem: AWAY } },
  { camera: { kind: 'path', spec: 'v4l2:/dev/video0', path: '/dev/video0', problem: 'EACCES: denied' } },
  { camera: { kind: 'path', spec: 'file:/a.mp4', path: '/a.mp4', problem: AWAY } },
  { ffmpeg: { kind: 'missing' } },
  { ffmpeg: { kind: 'missing' }, camera: { kind: 'unseen', spec: 'test' } },
  { ffmpeg: { kind: 'there', version: '7', encoders: [] }, camera: { kind: 'unseen', spec: 'test' } },
  { broker: { ...WELL.broker, problem: 'EADDRINUSE: address already in use' } as Facts['broker'] },
  { clock: { now: new Date(0), isSynchronized: false } },
  { clock: { now: WELL.clock.now, isSynchronized: false } },
  { storage: { folder: '/root', problem: 'EACCES' } },
  { recordings: { ...WELL.recordings, freeMB: 100 } },
];

const MARK = '→';
const COMMAND = /^sudo [^,]*$/u;
const SAID = WRONG.flatMap((facts) => diagnose({ ...WELL, ...facts }))
  .filter(({ state }) => state !== 'good')
  .flatMap(({ about, found, remedy = '' }) => [about, ...found.split('\n'), ...remedy.split('\n')])
  .filter((line) => !COMMAND.test(line));

describe('what the doctor says', () => {
  test.each([...new Set(SAID)])('is known in both languages: %s', (line) => {
    const told = {
      english: doctorWords(DOCTOR_IN_ENGLISH, line),
      german: doctorWords(DOCTOR_IN_GERMAN, line),
    };
    expect(told).toEqual({ english: expect.any(String) as unknown, german: expect.any(String) as unknown });
    // There is a form here, and neither the file nor its keys.
    const both = Object.values(told).join('\n');
    expect(both).not.toMatch(/picam\.yaml|"source|embeddedBroker|recording\.|\$USER|[{}]/u);
  });

  test('no sentence is known that the doctor does not say', () => {
    const patterns = Object.keys(DOCTOR_IN_ENGLISH);
    const marking = (wanted: string) =>
      Object.fromEntries(
        patterns.map((pattern) => [pattern, `${pattern === wanted ? MARK : ''}{1}{2}{3}{4}`]),
      ) as DoctorWords;
    const isSaid = (pattern: string) =>
      SAID.some((line) => doctorWords(marking(pattern), line)?.includes(MARK));
    expect(patterns.filter((pattern) => !isSaid(pattern))).toEqual([]);
  });

  test('what differs keeps its place, and what is to type has a line of its own', () => {
    const say = (line: string) => doctorWords(DOCTOR_IN_GERMAN, line);
    expect(say('USB: C920, but ffmpeg is not installed')).toBe(
      'USB: C920, aber ffmpeg ist nicht installiert',
    );
    expect(say('for a camera on the ribbon cable: sudo apt install x')).toBe(
      'Für eine Kamera am Flachbandkabel:\nsudo apt install x',
    );
    expect(say('something new')).toBeUndefined();
  });
});
