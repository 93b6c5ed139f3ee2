import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CameraDirectory } from '../../../camera-client/camera-directory.ts';
import { CameraEvents } from '../../../camera-client/camera-events.ts';
import { CameraRequests } from '../../../camera-client/camera-requests.ts';
import type { OpenLiveView } from '../../../camera-client/live-view.ts';
import { deviceTopics } from '../../../contract/topics.ts';
import { silentLogger, type Logger } from '../../../foundation/logger.ts';
import { CameraAccessories } from '../../../homebridge-plugin/apple-home/camera-accessories.ts';
import type {
  CameraRecordingConfiguration,
  PrepareStreamRequest,
} from '../../../homebridge-plugin/apple-home/hap.ts';
import type { CameraFleet } from '../../../homebridge-plugin/camera-fleet.ts';
import { configurationSchema } from '../../../homebridge-plugin/configuration.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { InMemoryBus } from '../../support/in-memory-bus.ts';
import { HapApi } from './hap-api.ts';

const resources = resourcesOfEachTest();
let bus: InMemoryBus;
let home: HapApi;
let warnings: string[];
let openedViews: string[];

beforeEach(() => {
  bus = new InMemoryBus();
  home = resources.own(new HapApi());
  warnings = [];
  openedViews = [];
});

afterEach(() => expect(warnings.length).toBeLessThanOrEqual(1));

function showCameras(configuration: object): void {
  const requests = new CameraRequests({ bus, prefix: 'picam', peer: 'me' });
  const directory = new CameraDirectory({ bus, prefix: 'picam', requests });
  directory.open();
  resources.own(directory);
  const events = new CameraEvents({ bus, prefix: 'picam' });
  events.open();
  resources.own(events);
  const logger: Logger = {
    ...silentLogger,
    warn: (message) => void warnings.push(message),
    error: (message) => void warnings.push(message),
  };
  const accessories = new CameraAccessories({
    api: home.api,
    configuration: configurationSchema.parse(configuration),
    fleet: { directory, events, openLiveView } as unknown as CameraFleet,
    logger,
    restored: [],
  });
  accessories.open();
  resources.own(accessories);
}

/** A view that nobody ends but who opened it. */
const openLiveView: OpenLiveView = (device) => {
  openedViews.push(device);
  return { requestKeyframe: () => undefined, close: () => Promise.resolve() };
};

function prepareStream(sessionID: string): Promise<unknown> {
  const media = { port: 5_000, srtpCryptoSuite: 0, srtp_key: randomBytes(16), srtp_salt: randomBytes(14) };
  const request = {
    sessionID,
    sourceAddress: '127.0.0.1',
    targetAddress: '127.0.0.1',
    addressVersion: 'ipv4',
    video: media,
    audio: media,
  } as unknown as PrepareStreamRequest;
  return new Promise((resolve) => {
    home.delegates[0]?.prepareStream(request, (error) => resolve(error?.message));
  });
}

async function tellEnabled(device: string, enabled: boolean): Promise<void> {
  const state = { boot: 'b', up: 1, timeSync: true, enabled, streaming: false, viewers: 0 };
  const payload = JSON.stringify({ ...state, motion: false, recording: false, health: 'ok', error: null });
  await bus.publish(deviceTopics('picam', device).state, payload, { retain: true });
}

function introduce(device: string): void {
  const limits = { viewers: 1, width: 1, height: 1, fps: 1, bitrateKbps: 1 };
  const info = { v: 1, boot: 'b', name: device, model: 'm', sw: '1', caps: [], limits };
  const payload = JSON.stringify({ ...info, dtlsFingerprint: '', auth: 'off' });
  void bus.publish(deviceTopics('picam', device).info, payload, { retain: true });
}

test('a camera that is turned off ends its streams and refuses others at once', async () => {
  showCameras({ cameras: [{ device: 'door' }] });
  await bus.publish(deviceTopics('picam', 'door').status, 'online', { retain: true });
  await tellEnabled('door', true);
  await waitUntil('a stream', async () => (await prepareStream('one')) === undefined);
  await tellEnabled('door', false);
  await waitUntil('the end of the stream', () => home.stopped.length === 1);
  expect(home.stopped).toEqual(['one']);
  expect(await prepareStream('two')).toContain('turned off');
  await tellEnabled('door', true);
  await waitUntil('a stream again', async () => (await prepareStream('three')) === undefined);
});

test('a camera that records is not watched before it has said whether it has sound', async () => {
  showCameras({ cameras: [{ device: 'door', secureVideo: true }, { device: 'shed' }] });
  const [ofDoor, ofShed] = home.controllers.map(({ recordingManagement }) => recordingManagement?.delegate);
  expect(ofShed).toBeUndefined();
  const chosen = { prebufferLength: 4_000, mediaContainerConfiguration: { fragmentLength: 4_000 } };
  ofDoor?.updateRecordingConfiguration(chosen as CameraRecordingConfiguration);
  ofDoor?.updateRecordingActive(true);
  await bus.publish(deviceTopics('picam', 'door').status, 'online', { retain: true });
  await tellEnabled('door', true);
  await waitUntil('the camera', async () => (await prepareStream('one')) === undefined);
  expect(openedViews).toEqual(['door']);
  introduce('door');
  await waitUntil('the view for recordings', () => openedViews.length === 2);
});

describe('the cameras in Apple Home', () => {
  test('are at most 50 that nobody named, with one word on how to have more', async () => {
    showCameras({ cameras: [{ device: 'named-first' }, { device: 'named-last' }] });
    for (let nth = 0; nth < 60; nth += 1) introduce(`found-${nth}`);
    introduce('named-last');
    await waitUntil('the warning', () => warnings.length === 1);
    await waitUntil('all of them', () => home.published.length === 52);
    expect(home.published.slice(0, 2)).toEqual(['named-first', 'named-last']);
    expect(home.published.at(-1)).toBe('found-49');
    expect(warnings[0]).toContain('"found-50" is not in Apple Home; to have more, list them under "cameras"');
  });
});
