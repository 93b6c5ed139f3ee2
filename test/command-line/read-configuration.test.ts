import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deviceIdOfHost } from '../../command-line/configuration-schema.ts';
import { printedConfiguration } from '../../command-line/print-configuration.ts';
import { readConfiguration } from '../../command-line/read-configuration.ts';
import { resourcesOfEachTest } from '../support/resources.ts';

const resources = resourcesOfEachTest();

function read(yaml: string, environment: Record<string, string> = {}, flags: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'picam-configuration-'));
  resources.onEnd('folder', () => rmSync(folder, { recursive: true }));
  const file = join(folder, 'picam.yaml');
  writeFileSync(file, yaml);
  return readConfiguration({ file, environment, flags: new Map(Object.entries(flags)) });
}

describe('the configuration', () => {
  test('needs nothing', () => {
    const defaults = {
      environment: {},
      flags: new Map<string, string>(),
      defaultFile: '/nowhere/picam.yaml',
    };
    expect(readConfiguration(defaults)).toMatchObject({
      device: expect.stringMatching(/^[a-z0-9-]+$/u),
      prefix: 'picam',
      source: 'auto',
      video: { width: 1280, height: 720, fps: 30, bitrateKbps: 2000, keyframeIntervalS: 2 },
      maxViewers: 10,
      embeddedBroker: { host: '127.0.0.1', port: 1883 },
      web: { host: '127.0.0.1', port: 8080 },
      ice: { servers: [] },
      logLevel: 'info',
    });
  });

  test('says why a file cannot be read and what to do; a closed default file may be passed by', () => {
    const folder = mkdtempSync(join(tmpdir(), 'picam-configuration-'));
    resources.onEnd('folder', () => rmSync(folder, { recursive: true }));
    const sources = { environment: {}, flags: new Map<string, string>() };
    expect(messageOf(() => readConfiguration({ ...sources, file: folder }))).toMatch(/is a folder; name/u);
    const missing = join(folder, 'none.yaml');
    expect(messageOf(() => readConfiguration({ ...sources, file: missing }))).toMatch(/is not there; check/u);
    const readText = () => {
      throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
    };
    const closed = { ...sources, readText };
    expect(messageOf(() => readConfiguration(closed))).toMatch(
      /picam\.yaml: cannot be read by this user; type sudo/u,
    );
    const told: string[] = [];
    const handleClosedDefault = (problem: string) => void told.push(problem);
    expect(readConfiguration({ ...closed, handleClosedDefault }).source).toBe('auto');
    expect(told).toEqual([expect.stringMatching(/type sudo/u)]);
    expect(messageOf(() => readConfiguration({ ...closed, file: 'a', handleClosedDefault }))).toMatch(
      /^a: /u,
    );
  });

  test('takes a key with nothing behind it for one that is not there', () => {
    expect(read('broker:\nvideo:\n  fps:\n  width: 640\nrecording: # folder: /a\n')).toEqual(
      read('video: {width: 640}'),
    );
  });

  test('refuses a password without a user name', () => {
    expect(messageOf(() => read('broker: {url: mqtt://a, password: a good one}'))).toMatch(
      /^broker\.username: must be there too/u,
    );
  });

  test('names who may open the page, and checks those names', () => {
    const web = { hostNames: ['Cameras.example.org'], allowedOrigins: ['https://home.example.org', '*'] };
    expect(read(`web: ${JSON.stringify(web)}`)).toMatchObject({ web: { ...web, port: 8080 } });
    const wrong = { hostNames: ['a:80'], allowedOrigins: ['https://home.example.org/', 'home', 'ftp://x'] };
    const problems = messageOf(() => read(`web: ${JSON.stringify(wrong)}`)).split('\n');
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'web.hostNames.0',
      'web.allowedOrigins.0',
      'web.allowedOrigins.1',
      'web.allowedOrigins.2',
    ]);
  });

  test('serves metrics only where it is told a port for them', () => {
    expect(read('').metrics).toBeUndefined();
    expect(read('', { PICAM_METRICS_PORT: '9464' }).metrics).toEqual({ host: '127.0.0.1', port: 9464 });
    expect(messageOf(() => read('metrics: {host: 0.0.0.0}'))).toMatch(/^metrics\.port: /u);
  });

  test('takes flags over variables over the file', () => {
    const yaml = 'name: file\nweb: {port: 1}\nembeddedBroker: {port: 1}\nvideo: {fps: 10}\n';
    const environment = {
      PICAM_NAME: 'variable',
      PICAM_WEB_PORT: '2',
      PICAM_VIDEO_FPS: '15',
      PICAM_BROKER_URL: 'mqtt://a',
    };
    expect(read(yaml, environment, { name: 'flag', 'web-port': '0', device: '007' })).toMatchObject({
      name: 'flag',
      device: '007',
      web: { port: 0 },
      embeddedBroker: { port: 1 },
      video: { fps: 15, width: 1280 },
      broker: { url: 'mqtt://a' },
    });
  });

  test('takes how the camera sees from the file and from variables', () => {
    const variables = {
      PICAM_CAMERA_ROTATION: '180',
      PICAM_CAMERA_EXPOSURE: '5000',
      PICAM_CAMERA_FOCUS: 'continuous',
    };
    expect(read('camera: {awb: indoor, flip: {vertical: true}}', variables).camera).toEqual({
      awb: 'indoor',
      flip: { horizontal: false, vertical: true },
      rotation: 180,
      exposure: 5000,
      focus: 'continuous',
    });
    expect(read('').camera).toEqual({});
  });

  test('takes yes and no from variables', () => {
    expect(read('', { PICAM_ALLOW_REBOOT: 'true' }).allow).toEqual({ reboot: true, shutdown: false });
    expect(read('allow: { reboot: true }', { PICAM_ALLOW_REBOOT: 'false' }).allow.reboot).toBe(false);
    expect(() => read('', { PICAM_ALLOW_REBOOT: 'maybe' })).toThrow(/allow\.reboot: .*PICAM_ALLOW_REBOOT/u);
  });

  test('tells all of its problems at once, each with its path, and where it came from', () => {
    const yaml =
      'device: Front Door\nvideo: {width: 641, wdth: 3}\nbroker: {url: "http://x"}\nsuorce: test\n';
    const problems = messageOf(() => read(yaml, { PICAM_LOG_LEVEL: 'loud' }, { 'web-port': 'many' })).split(
      '\n',
    );
    expect(problems).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^device: must be 1 to 63 of a-z/u),
        expect.stringMatching(/^video\.width: /u),
        expect.stringMatching(
          /^video\.wdth: is not a known key; is width meant\? Known here are width, height, fps/u,
        ),
        expect.stringMatching(/^broker\.url: must be a URL that starts with mqtt:/u),
        expect.stringMatching(/^suorce: is not a known key; is source meant\? Known here are device, name/u),
        expect.stringMatching(/^logLevel: .*\(from PICAM_LOG_LEVEL\)$/u),
        expect.stringMatching(/^web\.port: .*\(from --web-port\)$/u),
      ]),
    );
    expect(problems).toHaveLength(7);
  });

  test.each([
    ['a: [', /is not YAML/u],
    ['just text', /must hold keys and values/u],
    ['web: 5', /^web: /u],
  ])('says what is wrong with a file that holds %j', (yaml, problem) => {
    expect(messageOf(() => read(yaml, { PICAM_WEB_PORT: '5' }))).toMatch(problem);
  });

  test('tells broker settings that contradict each other', () => {
    expect(
      messageOf(() => read('broker: {url: "mqtt://a", caFile: /ca.pem, keyFile: /key.pem}')).split('\n'),
    ).toEqual([
      expect.stringMatching(/^broker\.certFile: must be there too: the certificate that belongs to keyFile/u),
      expect.stringMatching(/^broker\.caFile: needs an encrypted connection; begin url with mqtts:/u),
      expect.stringMatching(/^broker\.keyFile: needs an encrypted connection/u),
    ]);
    const whole =
      'broker: {url: "mqtts://a:443", caFile: /ca, certFile: /cert, keyFile: /key, alpn: x-amzn-mqtt-ca}';
    expect(read(whole).broker).toMatchObject({ alpn: 'x-amzn-mqtt-ca' });
  });

  test('wants a file that was named to be there', () => {
    const sources = { file: '/nowhere/picam.yaml', environment: {}, flags: new Map<string, string>() };
    expect(messageOf(() => readConfiguration(sources))).toMatch(/^\/nowhere\/picam\.yaml: is not there/u);
  });

  test('is printed without its secrets', () => {
    const printed = printedConfiguration(
      read(
        [
          'broker: {url: "mqtts://user:geheim1@host", password: geheim2}',
          'embeddedBroker: {users: [{username: u, password: geheim345}]}',
          'ice: {servers: [{urls: "turn:t", username: u, credential: geheim6}]}',
        ].join('\n'),
      ),
    );
    expect(printed).not.toContain('geheim');
    expect(printed).toContain('url: mqtts://host');
  });
});

test.each([
  ['raspberrypi', 'raspberrypi'],
  ['Front_Door.local', 'front-door'],
  ['--', 'camera'],
  ['', 'camera'],
])('the device on a host named %j is %j', (host, device) => {
  expect(deviceIdOfHost(host)).toBe(device);
});

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('expected an error');
}

test('the printed configuration holds no password, not even inside a URL', () => {
  const source = 'rtsp://me:secret@192.168.1.20/stream?key=secret';
  const broker = { url: 'mqtt://me:secret@broker.local', password: 'secret' };
  const printed = printedConfiguration(read(JSON.stringify({ source, broker })));
  expect(printed).not.toContain('secret');
  expect(printed).toContain('192.168.1.20');
});
