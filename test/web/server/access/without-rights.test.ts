import { beforeAll, describe, expect, test } from '@jest/globals';
import { resourcesOfAllTests } from '../../../support/resources.ts';
import { SESSION } from '../fake-camera.ts';
import { OFFER } from '../served-page.ts';
import { bearer, serveLimited } from './limited-server.ts';

const resources = resourcesOfAllTests();
let served: Awaited<ReturnType<typeof serveLimited>>;
let share: string;
let expired: string;

beforeAll(async () => {
  served = await serveLimited(resources);
  expired = await shareOf('front', 0.5);
  served.pass(3_600_000);
  share = await shareOf('front', 5);
});

async function shareOf(device: string, hours: number): Promise<string> {
  const headers = { 'content-type': 'application/json', ...bearer() };
  const body = JSON.stringify({ device, hours });
  const response = await fetch(served.at('/api/share-links'), { method: 'POST', headers, body });
  const { path } = (await response.json()) as { path: string };
  return path.replace('share/', '');
}

interface Case {
  readonly request: string;
  readonly body?: string;
  readonly type?: string;
  /** What a share link of the camera "front" gives. */
  readonly withLink: number;
  /** What a token gives. */
  readonly withToken: number;
}

const SDP = { body: OFFER, type: 'application/sdp' };
const JSON_OFFER = { body: JSON.stringify({ sdp: OFFER, type: 'offer' }), type: 'application/json' };
const FRAGMENT = { body: 'a=end-of-candidates\r\n', type: 'application/trickle-ice-sdpfrag' };

const CASES: readonly Case[] = [
  { request: 'GET /', withLink: 200, withToken: 200 },
  { request: 'GET /index.html', withLink: 200, withToken: 200 },
  { request: 'GET /main.js', withLink: 200, withToken: 200 },
  { request: 'HEAD /main.js', withLink: 200, withToken: 200 },
  { request: 'GET /metrics', withLink: 403, withToken: 200 },
  { request: 'GET /nothing/here', withLink: 403, withToken: 404 },
  { request: 'GET /api/access', withLink: 200, withToken: 200 },
  { request: 'GET /api/cameras', withLink: 200, withToken: 200 },
  { request: 'GET /api/turn-credentials', withLink: 200, withToken: 200 },
  { request: 'GET /api/cameras/front/snapshot.jpg', withLink: 200, withToken: 200 },
  { request: 'GET /api/cameras/back/snapshot.jpg', withLink: 403, withToken: 200 },
  { request: 'GET /api/cameras/front%2f..%2fback/snapshot.jpg', withLink: 403, withToken: 404 },
  { request: 'POST /api/start-webrtc?device=front', ...JSON_OFFER, withLink: 403, withToken: 200 },
  { request: 'POST /api/stop-webrtc?device=front', withLink: 403, withToken: 200 },
  {
    request: 'POST /api/cameras/front/record',
    body: '{"action":"start"}',
    type: 'application/json',
    withLink: 403,
    withToken: 200,
  },
  {
    request: 'POST /api/share-links',
    body: '{"device":"front"}',
    type: 'application/json',
    withLink: 403,
    withToken: 201,
  },
  { request: 'GET /hls/front/none.m4s', withLink: 404, withToken: 404 },
  { request: 'GET /hls/back/none.m4s', withLink: 403, withToken: 404 },
  { request: 'POST /stop-streaming-service?device=front', withLink: 403, withToken: 200 },
  { request: 'POST /whep/front', ...SDP, withLink: 201, withToken: 201 },
  { request: `GET /whep/front/${SESSION}`, withLink: 200, withToken: 200 },
  { request: `PATCH /whep/front/${SESSION}`, ...FRAGMENT, withLink: 428, withToken: 428 },
  { request: `DELETE /whep/back/${SESSION}`, withLink: 403, withToken: 200 },
  { request: `DELETE /whep/front/${SESSION}`, withLink: 200, withToken: 200 },
  { request: 'POST /whep/back', ...SDP, withLink: 403, withToken: 201 },
];

function send({ request, body, type }: Case, headers: Record<string, string> = {}): Promise<Response> {
  const [method = '', path = ''] = request.split(' ');
  return fetch(served.at(path), {
    method,
    redirect: 'manual',
    headers: { ...(type !== undefined && { 'content-type': type }), ...headers },
    ...(body !== undefined && { body }),
  });
}

/** Each with what it lacks. */
const WRONG: readonly [string, () => Record<string, string>][] = [
  ['nothing', () => ({})],
  ['another scheme', () => ({ authorization: 'Basic YW5uYTphbm5h' })],
  ['a made-up session', () => ({ cookie: 'picam_session=eyJuYW1lIjoidXNlciBhbm5hIn0.AAAA' })],
  ['a share link as a session', () => ({ cookie: `picam_session=${share}` })],
  ['an expired share link', () => ({ cookie: `picam_share=${expired}` })],
  ['a share link with another signature', () => ({ cookie: `picam_share=${share.slice(0, -4)}AAAA` })],
];

describe.each(CASES)('$request', (one) => {
  test.each(WRONG)('with %s is refused, and the camera hears nothing', async (_what, headers) => {
    const heard = served.camera.requests.length;
    const response = await send(one, headers());
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('Bearer');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(served.camera.requests).toHaveLength(heard);
  });

  test(`with a link to the camera "front" gives ${one.withLink}`, async () => {
    expect((await send(one, bearer(share))).status).toBe(one.withLink);
    expect((await send(one, { cookie: `picam_share=${share}` })).status).toBe(one.withLink);
  });

  test(`with a token gives ${one.withToken}`, async () => {
    expect((await send(one, bearer())).status).toBe(one.withToken);
  });
});

test('a wrong token is refused', async () => {
  const response = await fetch(served.at('/api/cameras'), {
    headers: bearer('another-token-0123456789-abc'),
  });
  expect(response.status).toBe(401);
});

test('a link lists its camera alone', async () => {
  const listed = await fetch(served.at('/api/cameras'), { headers: bearer(share) });
  expect(((await listed.json()) as { device: string }[]).map(({ device }) => device)).toEqual(['front']);
});

/** Pages of other origins load them. */
const OF_THE_ELEMENT = ['picam-live.js', 'hls-fallback.js', 'hls-player.js', 'hls-light.js'];

test.each(OF_THE_ELEMENT)('pages of every origin may load %s, and what it loads', async (file) => {
  const response = await fetch(served.at(`/${file}`));
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  const loaded = [...(await response.text()).matchAll(/from '\.\/([a-z-]+\.ts)'/gu)].map(([, name]) => name);
  for (const name of loaded) expect((await fetch(served.at(`/${name}`))).status).toBe(200);
});

test('whoever opens the page in a browser is asked to log in, by an address that holds below any path', async () => {
  const response = await fetch(served.at('/'), { headers: { accept: 'text/html' }, redirect: 'manual' });
  expect(response.status).toBe(303);
  expect(response.headers.get('location')).toBe('login');
  const files = ['login.js', 'style.css', 'icon.svg', 'icon-192.png', 'picam.webmanifest', ...OF_THE_ELEMENT];
  for (const path of ['/login', ...files.map((file) => `/${file}`)])
    expect((await fetch(served.at(path))).status).toBe(200);
});

test('whoever watches over the server learns that it is well, and nothing of the cameras', async () => {
  expect(await (await fetch(served.at('/healthz'))).json()).toEqual({ status: 'ok', broker: 'connected' });
});
