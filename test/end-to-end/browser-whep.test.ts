import { beforeAll, expect, test } from '@jest/globals';
import { RTCPeerConnection, RTCRtpCodecParameters, type MediaStreamTrack } from 'werift';
import { fixedIceServers } from '../../foundation/ice/ice-server-source.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { createWebServer, type WebServer } from '../../web/server/web-server.ts';
import { launchChromium, visit } from '../support/chromium.ts';
import { connectBus } from '../support/connect-bus.ts';
import { startDevice, type TestDevice } from '../support/device.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { resourcesOfAllTests, resourcesOfEachTest } from '../support/resources.ts';
import { startStaticPage } from '../support/static-page.ts';
import { waitUntil } from '../support/wait-until.ts';
import { watchByWhep } from './browser-page.ts';

const TEST_TIMEOUT_MS = 60_000;
const shared = resourcesOfAllTests();
const resources = resourcesOfEachTest();
let web: WebServer;
let camera: TestDevice;

beforeAll(async () => {
  const broker = shared.own(await startMosquitto());
  const bus = shared.own(await connectBus(broker.url));
  camera = shared.own(await startDevice({ broker: broker.url }));
  const options = {
    bus,
    prefix: 'picam',
    host: '127.0.0.1',
    port: 0,
    iceServers: fixedIceServers([]),
    logger: silentLogger,
  };
  web = shared.own(createWebServer(options));
  await web.open();
}, TEST_TIMEOUT_MS);

function postOffer(device: string, body: string, type = 'application/sdp') {
  return fetch(`${web.url}/whep/${device}`, { method: 'POST', body, headers: { 'content-type': type } });
}

async function viewersOf(device: string): Promise<number> {
  const cameras = (await (await fetch(`${web.url}/api/cameras`)).json()) as {
    device: string;
    viewers: number;
  }[];
  return cameras.find((known) => known.device === device)?.viewers ?? -1;
}

test(
  'a werift client watches, and DELETE ends its view',
  async () => {
    const h264 = new RTCRtpCodecParameters({
      mimeType: 'video/H264',
      clockRate: 90_000,
      parameters: 'packetization-mode=1;profile-level-id=42e01f;level-asymmetry-allowed=1',
    });
    const peer = resources.own(new RTCPeerConnection({ codecs: { video: [h264] }, iceServers: [] }));
    const packet = new Promise<number>((resolve) =>
      peer.onTrack.subscribe((track: MediaStreamTrack) =>
        track.onReceiveRtp.subscribe((rtp) => resolve(rtp.payload.length)),
      ),
    );
    peer.addTransceiver('video', { direction: 'recvonly' });
    await peer.setLocalDescription(await peer.createOffer());
    const response = await postOffer(camera.device, peer.localDescription?.sdp ?? '');
    expect(response.status).toBe(201);
    const answer = await response.text();
    expect(answer).toContain('a=candidate:');
    await peer.setRemoteDescription({ type: 'answer', sdp: answer });
    expect(await waitUntil('an RTP packet', packet, 15_000)).toBeGreaterThan(0);
    await waitUntil(
      'the camera tells of its viewer',
      async () => (await viewersOf(camera.device)) === 1,
      10_000,
    );

    const session = `${web.url}${response.headers.get('location') ?? ''}`;
    expect((await fetch(session, { method: 'DELETE' })).status).toBe(200);
    await waitUntil('the viewer is gone', async () => (await viewersOf(camera.device)) === 0, 10_000);
    expect(await (await fetch(session)).json()).toEqual({ state: 'closed', reason: 'left' });
  },
  TEST_TIMEOUT_MS,
);

test(
  'a page of another server on this machine watches by WHEP in Chromium',
  async () => {
    const browser = resources.own(await launchChromium());
    const other = resources.own(await startStaticPage('<video autoplay muted playsinline></video>'));
    const page = await browser.newPage();
    await visit(page, other.url);
    const watched = await page.evaluate(watchByWhep, { url: `${web.url}/whep/${camera.device}` });
    expect(watched).toEqual({ width: 1280, height: 720, deleted: 200 });
  },
  TEST_TIMEOUT_MS,
);

test('what cannot be played gets its proper answer', async () => {
  const offer = 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n';
  expect((await postOffer(camera.device, offer, 'application/json')).status).toBe(415);
  expect((await postOffer(camera.device, 'garbage')).status).toBe(422);
  expect((await postOffer(camera.device, offer)).status).toBe(422);
  expect((await postOffer('not-there', offer)).status).toBe(404);
});

test(
  'an offline camera gives 503 and says when to try again',
  async () => {
    const away = resources.own(await startDevice({ broker: camera.broker }));
    await waitUntil('the camera is found', async () => (await viewersOf(away.device)) === 0);
    await away.stop();
    const offer = 'v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n';
    const refused = await postOffer(away.device, offer);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await refused.json()).toMatchObject({ error: { code: 'offline' } });
  },
  TEST_TIMEOUT_MS,
);
