import { describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { configurationSchema } from '../../command-line/configuration-schema.ts';
import { strayVariables, unknownKey } from '../../command-line/known-keys.ts';
import { nearestName } from '../../command-line/nearest-name.ts';
import { valueInWords } from '../../command-line/value-words.ts';

/** Each problem as `path: words`. */
function problemsOf(configuration: object): string[] {
  const { error } = configurationSchema.safeParse(configuration, { error: valueInWords });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('a key that nobody knows', () => {
  test.each([
    ['video.wdth', 'is width meant? Known here are width, height,'],
    ['video.bitrate', 'is bitrateKbps meant?'],
    ['video.keyframe_interval_s', 'is keyframeIntervalS meant?'],
    ['suorce', 'is source meant? Known here are device, name,'],
    ['port', 'is embeddedBroker.port, metrics.port or web.port meant?'],
    ['broker.user', 'is username meant? Known here are url, username, password,'],
    ['broker.colour', 'known here are url, username,'],
    ['embeddedBroker.users.0.pass', 'is password meant? Known here are username, password.'],
    ['camera.flip.vertcal', 'is vertical meant? Known here are horizontal, vertical.'],
    ['metrics.prot', 'is port meant?'],
  ])('%s is told with what may be there', (path, words) => {
    const keys = path.split('.');
    expect(unknownKey(keys.slice(0, -1), keys.at(-1) ?? '')).toContain(`is not a known key; ${words}`);
  });

  test('that is written with its dots is told how to write it', () => {
    expect(unknownKey([], 'camera.flip.vertical')).toContain(
      'write it as camera: { flip: { vertical: … } }. Known here are',
    );
  });
});

test.each([
  ['PICAM_VIDEO_WITDH', /not a known variable and does nothing; is PICAM_VIDEO_WIDTH meant\?/u],
  ['PICAM_LOGLEVEL', /is PICAM_LOG_LEVEL meant/u],
  ['PICAM_FPS', /is PICAM_VIDEO_FPS meant/u],
  ['PICAM_HOST', /is PICAM_EMBEDDED_BROKER_HOST, PICAM_METRICS_HOST or PICAM_WEB_HOST meant/u],
  [
    'PICAM_WEB_HOST_NAMES',
    /does nothing: web\.hostNames is more than one value, which only the file can hold/u,
  ],
])('the variable %s is told', (name, words) => {
  expect(strayVariables({ [name]: 'x', PICAM_WEB_PORT: '1', PATH: '/' })).toEqual([
    expect.stringMatching(words),
  ]);
});

test('a variable that looks like no setting is left alone', () => {
  expect(strayVariables({ PICAM_CHROMIUM: '/usr/bin/chromium' })).toEqual([]);
});

describe('a value that is wrong is told by what it must be', () => {
  test.each([
    [{ video: { width: 641 } }, 'video.width: must be a multiple of 2'],
    [{ video: { height: 10 } }, 'video.height: must be at least 64'],
    [{ video: { fps: 'many' } }, 'video.fps: must be a number, not "many"'],
    [{ maxViewers: 1.5 }, 'maxViewers: must be a whole number'],
    [{ maxViewers: 101 }, 'maxViewers: must be at most 100'],
    [{ logLevel: 'warning' }, 'logLevel: must be debug, info, warn or error, not "warning"; is warn meant?'],
    [{ allow: { reboot: 'maybe' } }, 'allow.reboot: must be true or false, not "maybe"'],
    [{ camera: { exposure: 5 } }, 'camera.exposure: must be at least 10'],
    [{ camera: { exposure: 'dark' } }, 'camera.exposure: must be auto, or a number'],
    [{ camera: { focus: 'near' } }, 'camera.focus: must be continuous, or a number'],
    [{ camera: { rotation: 90 } }, 'camera.rotation: must be 0 or 180, which is all that a sensor can do'],
    [{ broker: {} }, 'broker.url: must be there'],
    [{ ice: { servers: [{}] } }, 'ice.servers.0.urls: must be there'],
    [
      { ice: { additionalHostAddresses: ['x'] } },
      'ice.additionalHostAddresses.0: must be an IPv4 address, or an IPv6 address',
    ],
    [{ name: '' }, 'name: must not be empty'],
    [{ video: [] }, 'video: must be keys with values, not a list'],
    [{ ice: { servers: [null] } }, 'ice.servers.0: must be keys with values, not nothing'],
  ])('%j', (configuration, problem) => {
    expect(problemsOf(configuration)).toEqual([problem]);
  });

  test.each([
    { broker: 'mqtt://me:geheim@host' },
    { broker: { url: 'mqtt://a', password: 12345678 } },
    { embeddedBroker: { users: [{ username: 'u', password: 'geheim' }] } },
    { embeddedBroker: { users: 'u:geheim' } },
    { ice: { servers: [{ urls: 'turn:a', username: 'u', credential: 12345678 }] } },
  ])('without its secrets: %#', (configuration) => {
    const problems = problemsOf(configuration);
    expect(problems).toHaveLength(1);
    expect(stringify(problems)).not.toMatch(/geheim|12345678/u);
  });
});

test.each([
  ['widht', 'width'],
  ['Width', 'width'],
  ['frame-rate', 'frameRate'],
  ['heigth', undefined],
  ['w', undefined],
])('of width and frameRate, %j means %j', (written, meant) => {
  expect(nearestName(written, ['width', 'frameRate'])).toBe(meant);
});
