import { describe, expect, test } from '@jest/globals';
import { CameraRequests } from '../../../../camera-client/camera-requests.ts';
import { randomIdentifier } from '../../../../foundation/identifiers.ts';
import { connectedViewer } from '../../../device/connected-viewer.ts';
import { connectBus } from '../../../support/connect-bus.ts';
import { startDevice } from '../../../support/device.ts';
import { madeStatistics } from '../../../support/made-statistics.ts';
import { readMetrics, valueOf } from '../../../support/metrics-text.ts';
import { startMosquitto } from '../../../support/mosquitto.ts';
import { resourcesOfEachTest } from '../../../support/resources.ts';
import { waitUntil } from '../../../support/wait-until.ts';
import { startWeb } from '../../../support/web.ts';
import { FakeCamera, SESSION } from '../fake-camera.ts';
import { postOffer, rawStatus, servePage, type ServedPageOptions } from '../served-page.ts';

const resources = resourcesOfEachTest();

async function serve(options: ServedPageOptions = {}) {
  let nowMs = 0;
  const served = await servePage(resources, { now: () => nowMs, ...options });
  const scrape = async () => {
    nowMs += 1_000;
    return readMetrics(await (await fetch(served.at('/metrics'))).text());
  };
  const asked = () => served.camera.requests.filter(({ op }) => op === 'stats').length;
  return { ...served, scrape, asked };
}

describe('GET /metrics', () => {
  test('has the numbers of every camera, and says so in its content type', async () => {
    const { at, camera, scrape } = await serve({ cameras: ['front', 'back'] });
    camera.statistics = madeStatistics({ video: { pictures: 300, keyframes: 5, bytes: 70_000 } });
    const families = await scrape();
    expect(valueOf(families, 'picam_pictures_total', { camera: 'front' })).toBe(300);
    expect(valueOf(families, 'picam_pictures_total', { camera: 'back' })).toBe(0);
    const { headers, status } = await fetch(at('/metrics'));
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test('tells of a camera that is offline, silent or too old that it is not up, and of the others all the same', async () => {
    const { bus, camera, scrape } = await serve({ cameras: ['silent', 'offline', 'well'] });
    camera.silent = true;
    await bus.publish('picam/v1/offline/status', 'offline', { retain: true });
    const old = resources.own(new FakeCamera(bus, 'old'));
    old.caps = ['offer'];
    await old.open();
    const up = (families: ReturnType<typeof readMetrics>, name: string) =>
      valueOf(families, 'picam_up', { camera: name });
    const families = await waitUntil('the camera to be offline', async () => {
      const found = await scrape();
      return up(found, 'offline') === 0 && found;
    });
    expect(['silent', 'old', 'well'].map((name) => up(families, name))).toEqual([0, 0, 1]);
    expect(valueOf(families, 'picam_web_cameras', { state: 'offline' })).toBe(1);
    expect(old.requests).toEqual([]);
    expect(() => valueOf(families, 'picam_pictures_total', { camera: 'silent' })).toThrow();
    expect(valueOf(families, 'picam_pictures_total', { camera: 'well' })).toBe(0);
  }, 60_000);

  test('asks each camera once a second at most, however many ask', async () => {
    let nowMs = 5_000;
    const { at, asked } = await serve({ now: () => nowMs });
    const scrapeAll = () => Promise.all([1, 2, 3].map(async () => (await fetch(at('/metrics'))).text()));
    await scrapeAll();
    expect(asked()).toBe(1);
    nowMs += 999;
    await scrapeAll();
    expect(asked()).toBe(1);
    nowMs += 1;
    await scrapeAll();
    expect(asked()).toBe(2);
  });

  test('counts requests by route and status, and never by what clients make up', async () => {
    const { at, port, scrape } = await serve();
    await postOffer(at('/whep/front'));
    await postOffer(at('/whep/nobody'));
    await fetch(at(`/whep/front/${SESSION}`), { method: 'DELETE' });
    await fetch(at('/api/cameras/front/snapshot.jpg'));
    await fetch(at('/api/cameras/front/snapshot.jpg'));
    for (let n = 0; n < 20; n += 1) await fetch(at(`/made/up/${n}`));
    expect(await rawStatus(port, 'GET /metrics HTTP/1.1', 'evil.example.org')).toBe(403);
    const families = await scrape();
    const count = (method: string, route: string, status: string) =>
      valueOf(families, 'picam_web_http_requests_total', { method, route, status });
    expect(count('POST', '/whep/:device', '201')).toBe(1);
    expect(count('POST', '/whep/:device', '404')).toBe(1);
    expect(count('DELETE', '/whep/:device/:session', '200')).toBe(1);
    expect(count('GET', '/api/cameras/:device/snapshot.jpg', '200')).toBe(2);
    expect(count('GET', 'none', '404')).toBe(20);
    expect(count('GET', '/metrics', '403')).toBe(1);
    expect(valueOf(families, 'picam_web_snapshots_total', { from: 'camera' })).toBe(1);
    expect(valueOf(families, 'picam_web_snapshots_total', { from: 'cache' })).toBe(1);
    expect(valueOf(families, 'picam_web_views_begun_total')).toBe(1);
    expect(valueOf(families, 'picam_web_views_ended_total')).toBe(1);
    expect(valueOf(families, 'picam_web_process_resident_memory_bytes')).toBeGreaterThan(20_000_000);
  });

  test('has the numbers of the web server itself while the broker is away', async () => {
    const { bus, scrape } = await serve();
    bus.setConnected(false);
    const families = await scrape();
    expect(valueOf(families, 'picam_web_broker_connected')).toBe(0);
    expect(valueOf(families, 'picam_up', { camera: 'front' })).toBe(0);
  });
});

test('a web server tells of a real camera with a real viewer', async () => {
  const broker = resources.own(await startMosquitto());
  const env = { PICAM_VIDEO_BITRATE_KBPS: '500' };
  const { device } = resources.own(await startDevice({ broker: broker.url, env }));
  const web = resources.own(await startWeb(broker.url));
  const bus = resources.own(await connectBus(broker.url));
  const requests = resources.own(
    new CameraRequests({ bus, prefix: 'picam', peer: `peer-${randomIdentifier()}` }),
  );
  requests.open();
  const { viewer, before } = await connectedViewer(resources, { requests, device });
  await waitUntil('30 pictures', () => viewer.pictures.units.length >= 30, 20_000);
  await requests.request(device, 'stop', {});
  const { sent, video } = await requests.request(device, 'stats', {});
  const families = await waitUntil(
    'the numbers of the end',
    async () => {
      const found = readMetrics(await (await fetch(`${web.url}/metrics`)).text());
      return valueOf(found, 'picam_streaming', { camera: device }) === 0 && found;
    },
    20_000,
  );
  expect(valueOf(families, 'picam_sent_packets_total', { camera: device })).toBe(sent.packets);
  expect(valueOf(families, 'picam_pictures_total', { camera: device })).toBe(video.pictures);
  const connected = valueOf(families, 'picam_views_connected_total', { camera: device });
  expect(connected - before.views.connected).toBe(1);
  const delay = { camera: device, stage: 'total', quantile: '0.5' };
  expect(valueOf(families, 'picam_picture_delay_seconds', delay)).toBeGreaterThan(0);
  expect(valueOf(families, 'picam_picture_delay_seconds', delay)).toBeLessThan(1);
}, 60_000);
