import { expect, test } from '@jest/globals';
import { diagnose } from '../../../command-line/doctor/diagnose.ts';
import type { Facts } from '../../../command-line/doctor/facts.ts';
import { isWell, reportJson, reportText } from '../../../command-line/doctor/report.ts';

const CHOSEN = {
  kind: 'chosen',
  spec: 'picamera2',
  cameras: 'imx708',
  because: 'it is the best',
} as const;
const WELL: Facts = {
  camera: {
    kind: 'looked',
    spec: 'auto',
    choice: CHOSEN,
    isFound: true,
  },
  ffmpeg: { kind: 'there', version: '7.1', encoders: ['libx264'] },
  broker: { kind: 'logged-in', url: 'mqtt://192.168.1.5:1883' },
  clock: { now: new Date('2026-11-23T10:00:00Z'), isSynchronized: true },
  storage: { folder: '/var/lib/picam' },
  recordings: { folder: '/var/lib/picam', isConfigured: false, freeMB: 9_000, minFreeMB: 500 },
  webPort: { address: '127.0.0.1:8080' },
  iceServers: [{ url: 'turn:turn.example.org', answers: true }],
};

test('all is well', () => {
  expect(reportText(diagnose(WELL))).toBe(`\
✓ camera      source "picamera2": imx708 (it is the best)
✓ ffmpeg      version 7.1
✓ broker      mqtt://192.168.1.5:1883, logged in
✓ clock       2026-11-23 10:00 UTC, set by the network
✓ storage     /var/lib/picam can be written
✓ web page    127.0.0.1:8080 is free
✓ ICE server  turn:turn.example.org answers

All is well. Start it with "picam", or for good with "sudo picam service install".
`);
});

test('a loudspeaker that is configured is spoken of', () => {
  const report = reportText(diagnose({ ...WELL, speaker: { spec: 'alsa:default' } }));
  expect(report).toContain('✓ loudspeaker  "alsa:default" plays\n');
});

test('a microphone that is configured is spoken of', () => {
  const report = reportText(diagnose({ ...WELL, microphone: { spec: 'alsa:default' } }));
  expect(report).toContain('✓ microphone  "alsa:default" gives sound\n');
  expect(report).toContain('All is well.');
});

test('a folder for recordings is spoken of when it is configured, or full', () => {
  const told = (recordings: Partial<Facts['recordings']>) =>
    reportText(diagnose({ ...WELL, recordings: { ...WELL.recordings, ...recordings } }));
  expect(told({ folder: '/media/usb', isConfigured: true })).toContain(
    '✓ recordings  /media/usb can be written, 9000 MB are free',
  );
  expect(told({ freeMB: 100 })).toMatch(/! recordings +\/var\/lib\/picam has 100 MB left, .*\n.*make room/u);
  expect(told({ folder: '/media/usb', isConfigured: true, problem: 'ENOENT' })).toMatch(
    /✗ recordings +\/media\/usb: ENOENT\n.*plug its disk in/u,
  );
});

test('a camera that only watching would try is not said to be well', () => {
  const findings = diagnose({ ...WELL, camera: { kind: 'untried', spec: 'rtsp://camera/…' } });
  expect(reportText(findings)).toMatch(/^\? camera +source "rtsp:\/\/camera\/…" was not tried/u);
  expect(isWell(findings)).toBe(true);
});

const CASES: readonly (readonly [string, Partial<Facts>, 'bad' | 'doubtful', RegExp])[] = [
  [
    'no camera',
    {
      camera: {
        kind: 'looked',
        spec: 'auto',
        choice: {
          kind: 'none',
          lookedFor: ['USB: no camera found'],
          remedies: ['check the cable', 'or do without'],
        },
        isFound: false,
      },
    },
    'bad',
    /✗ camera +none was found\n +USB: no camera found\n +→ check the cable\n +→ or do without\n/u,
  ],
  [
    'a source that is configured and finds no camera, where another one would',
    { camera: { kind: 'looked', spec: 'rpicam', choice: CHOSEN, isFound: false } },
    'bad',
    /✗ camera +source "rpicam" is configured and finds no camera; there is source "picamera2": imx708.*\n +→ set "source: auto"/u,
  ],
  [
    'a USB camera of another user',
    { camera: { kind: 'path', spec: 'v4l2:/dev/video0', path: '/dev/video0', problem: 'EACCES: denied' } },
    'bad',
    /→ sudo usermod -aG video \$USER/u,
  ],
  [
    'no ffmpeg where it reads',
    { ffmpeg: { kind: 'missing' }, camera: { kind: 'path', spec: 'file:door.mp4', path: 'door.mp4' } },
    'bad',
    /✗ ffmpeg +not installed; source "file:/u,
  ],
  [
    'no ffmpeg, but a camera that encodes itself',
    { ffmpeg: { kind: 'missing' } },
    'doubtful',
    /! ffmpeg.*\n +→ sudo apt install ffmpeg/u,
  ],
  [
    'no ffmpeg where it encodes',
    { ffmpeg: { kind: 'missing' }, camera: { kind: 'unseen', spec: 'test' } },
    'bad',
    /✗ ffmpeg +not installed; source "test" needs it/u,
  ],
  [
    'an ffmpeg without H.264',
    {
      ffmpeg: { kind: 'there', version: '7', encoders: [] },
      camera: { kind: 'path', spec: 'v4l2:/dev/video0', path: '/dev/video0' },
    },
    'bad',
    /✗ encoder/u,
  ],
  [
    'a microphone that is not there',
    { microphone: { spec: 'alsa:hw:1', failure: { problem: 'is not there', remedy: 'plug it in' } } },
    'doubtful',
    /! microphone +"alsa:hw:1" is not there, so there is no sound\n +→ plug it in/u,
  ],
  [
    'a broker that refuses',
    { broker: { kind: 'unusable', url: 'mqtt://pi:1883', problem: 'is away', remedy: 'start it' } },
    'bad',
    /✗ broker +mqtt:\/\/pi:1883 is away\n +→ start it/u,
  ],
  [
    'a clock of long ago',
    { clock: { now: new Date(0), isSynchronized: false } },
    'bad',
    /✗ clock +1970-01-01 00:00 UTC is wrong.*\n +→ sudo timedatectl/u,
  ],
  [
    'a clock that nobody set',
    { clock: { now: WELL.clock.now, isSynchronized: false } },
    'doubtful',
    /! clock.*not set by the network/u,
  ],
  [
    'a folder that is not ours',
    { storage: { folder: '/root', problem: 'EACCES' } },
    'doubtful',
    /! storage/u,
  ],
  [
    'a port that is taken',
    { webPort: { address: '127.0.0.1:8080', problem: 'EADDRINUSE' } },
    'doubtful',
    /! web page.*\n +→ .*web\.port/u,
  ],
  [
    'a TURN server behind a wall',
    { iceServers: [{ url: 'turn:far', answers: false }] },
    'doubtful',
    /! ICE server +turn:far does not answer/u,
  ],
];

test.each(CASES)('%s', (_, changes, state, text) => {
  const findings = diagnose({ ...WELL, ...changes });
  expect(findings.filter((finding) => finding.state !== 'good')).toEqual([
    expect.objectContaining({ state }),
  ]);
  expect(reportText(findings)).toMatch(text);
  expect(isWell(findings)).toBe(state === 'doubtful');
  expect(JSON.parse(reportJson(findings))).toEqual({ ok: state === 'doubtful', findings });
});
