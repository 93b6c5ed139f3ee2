import { fixedIceServers } from '../../../foundation/ice/ice-server-source.ts';
import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { CameraError } from '../../../contract/errors.ts';
import { WebServerError } from '../../../web/server/web-server.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { ANSWER, JPEG, RESTARTED_ICE, SESSION } from './fake-camera.ts';
import {
  clockAfterIntroductions,
  OFFER,
  postJson,
  postOffer,
  problemOf,
  rawStatus,
  type ServedPageOptions,
  servePage,
} from './served-page.ts';

const TOKEN = 'a-token-of-the-tests-0123456789';
const ASK_FOR_CAMERAS = 'GET /api/cameras HTTP/1.1';
const ASK_WITH_TOKEN = `${ASK_FOR_CAMERAS}\r\nAuthorization: Bearer ${TOKEN}`;
/** Where the network is let in, nothing is served without a token. */
const beyondLoopback = {
  host: '0.0.0.0',
  access: { users: [], tokens: [], token: TOKEN, sessionHours: 1 },
  token: TOKEN,
};
const resources = resourcesOfEachTest();
const start = (options?: ServedPageOptions) => servePage(resources, options);

describe('WHEP', () => {
  test('an offer is answered with 201, where to end the view, and the ICE servers', async () => {
    const iceServers = [{ urls: ['stun:s:3478', 'turn:t?transport=udp'], username: 'a"b', credential: 'c' }];
    const { at, camera } = await start({ iceServers: fixedIceServers(iceServers) });
    const response = await postOffer(at('/whep/front'));
    expect(response.status).toBe(201);
    expect(response.headers.get('content-type')).toBe('application/sdp');
    expect(response.headers.get('location')).toBe(`/whep/front/${SESSION}`);
    expect(response.headers.get('etag')).toMatch(/^"[\w-]+"$/);
    expect(response.headers.get('link')).toContain(
      '<turn:t?transport=udp>; rel="ice-server"; username="a\\"b"; credential="c"; credential-type="password"',
    );
    expect(await response.text()).toBe(ANSWER);
    expect(camera.requests).toMatchObject([{ op: 'offer', data: { sdp: OFFER } }]);
  });

  test('DELETE closes the session at the camera', async () => {
    const { at, camera } = await start();
    await postOffer(at('/whep/front'));
    expect((await fetch(at(`/whep/front/${SESSION}`), { method: 'DELETE' })).status).toBe(200);
    expect(camera.requests.at(-1)).toMatchObject({ op: 'close', session: SESSION });
    const state = await fetch(at(`/whep/front/${SESSION}`));
    expect(await state.json()).toEqual({ state: 'closed', reason: 'left' });
  });

  test.each([
    ['a wrong content type', '/whep/front', OFFER, { 'content-type': 'text/plain' }, 415, 'bad_request'],
    ['garbage', '/whep/front', 'hello', {}, 422, 'bad_sdp'],
    ['an offer without media', '/whep/front', 'v=0\r\n', {}, 422, 'bad_sdp'],
    ['an endless offer', '/whep/front', OFFER + 'a'.repeat(70_000), {}, 413, 'too_large'],
    ['an unknown camera', '/whep/back', OFFER, {}, 404, 'not_found'],
    ['an impossible camera', '/whep/Front%20Door', OFFER, {}, 404, 'not_found'],
  ] as const)('%s is refused', async (_what, path, body, headers, status, code) => {
    const { at } = await start({ now: clockAfterIntroductions() });
    expect(await problemOf(await postOffer(at(path), body, headers))).toMatchObject({ status, code });
  });

  test.each([
    ['an offer', OFFER, 201],
    ['an endless offer', OFFER + 'a'.repeat(70_000), 413],
    ['garbage', 'hello', 422],
  ])('%s in chunks, without a length, is read like any other', async (_what, body, status) => {
    const { at } = await start();
    const answer = await postInChunks(at('/whep/front'), body);
    expect(answer.status).toBe(status);
    expect(answer.body).toContain(status === 201 ? ANSWER : '"message"');
  });

  test.each([
    ['busy', 503],
    ['offline', 503],
    ['not_live', 409],
    ['timeout', 504],
    ['bad_sdp', 422],
  ] as const)('a camera that is %s gives %i', async (code, status) => {
    const { at, camera } = await start();
    camera.refusal = new CameraError(code, 'No.');
    const response = await postOffer(at('/whep/front'));
    expect(response.headers.has('retry-after')).toBe(['busy', 'offline', 'not_live'].includes(code));
    expect(await problemOf(response)).toEqual({ status, code, message: 'No.' });
  });

  test('an offline camera and a broker that is away are told apart in words', async () => {
    const { at, bus, camera } = await start();
    await camera.goOffline();
    await untilOffline(at);
    expect((await problemOf(await postOffer(at('/whep/front')))).message).toContain(
      'Camera "front" is offline',
    );
    bus.setConnected(false);
    expect((await problemOf(await postOffer(at('/whep/front')))).message).toContain('broker is away');
  });

  test('an offer to a camera that just vanished is not waited for', async () => {
    const { at, camera } = await start();
    camera.silent = true;
    const [response] = await Promise.all([postOffer(at('/whep/front')), camera.goOffline()]);
    expect((await problemOf(response)).code).toBe('offline');
  });

  test('an answer that comes after the camera was given up ends its session', async () => {
    const { at, camera } = await start();
    camera.silent = true;
    await Promise.all([postOffer(at('/whep/front')), camera.goOffline()]);
    camera.silent = false;
    await camera.answerLate();
    await waitUntil('the session is closed', () => camera.requests.at(-1)?.op === 'close');
    expect(camera.requests.at(-1)).toMatchObject({ session: SESSION });
  });

  test.each([
    ['back', 404, 'not_found'],
    ['front', 503, 'offline'],
  ])('what changes a view of the camera %s is answered %i at once', async (device, status, code) => {
    const { at, camera } = await start({ now: clockAfterIntroductions() });
    const etag = (await postOffer(at('/whep/front'))).headers.get('etag') ?? '';
    await camera.goOffline();
    await untilOffline(at);
    camera.silent = true;
    const session = at(`/whep/${device}/${SESSION}`);
    const headers = { 'content-type': 'application/trickle-ice-sdpfrag', 'if-match': etag };
    const patched = await fetch(session, { method: 'PATCH', body: 'a=end-of-candidates\r\n', headers });
    expect(await problemOf(patched)).toMatchObject({ status, code });
    expect(await problemOf(await fetch(session, { method: 'DELETE' }))).toMatchObject({ status, code });
    expect(camera.requests.map(({ op }) => op)).toEqual(['offer']);
  });

  test('a session that the camera ended on purpose says why', async () => {
    const { at, camera } = await start();
    await postOffer(at('/whep/front'));
    expect(await (await fetch(at(`/whep/front/${SESSION}`))).json()).toEqual({ state: 'open' });
    await camera.pushClose(camera.requests[0]?.peer ?? '', 'stopped');
    await waitUntil('the session is closed', async () => {
      const state = (await (await fetch(at(`/whep/front/${SESSION}`))).json()) as object;
      return JSON.stringify(state) === '{"state":"closed","reason":"stopped"}';
    });
  });

  test('a session that the camera ended before its answer was handled says why', async () => {
    const { at, camera } = await start();
    camera.silent = true;
    const answered = postOffer(at('/whep/front'));
    await waitUntil('the offer is there', () => camera.requests.length === 1);
    await camera.pushClose(camera.requests[0]?.peer ?? '', 'stopped');
    await camera.answerLate();
    expect((await answered).status).toBe(201);
    const state = await fetch(at(`/whep/front/${SESSION}`));
    expect(await state.json()).toEqual({ state: 'closed', reason: 'stopped' });
  });

  test('a session ends with the boot of its camera', async () => {
    const { at, camera } = await start();
    await postOffer(at('/whep/front'));
    await camera.restart();
    expect(await (await fetch(at(`/whep/front/${SESSION}`))).json()).toEqual({
      state: 'closed',
      reason: 'restarted',
    });
  });

  test('candidates that come later are passed on, if the tag of the session is right', async () => {
    const { at, camera } = await start();
    const etag = (await postOffer(at('/whep/front'))).headers.get('etag') ?? '';
    const send = (ifMatch: Record<string, string>) =>
      fetch(at(`/whep/front/${SESSION}`), {
        method: 'PATCH',
        headers: { 'content-type': 'application/trickle-ice-sdpfrag', ...ifMatch },
        body: 'm=video 9 RTP/AVP 0\r\na=mid:0\r\na=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\na=end-of-candidates\r\n',
      });
    expect((await send({})).status).toBe(428);
    expect((await send({ 'if-match': '"other"' })).status).toBe(412);
    expect((await send({ 'if-match': etag })).status).toBe(204);
    expect(camera.requests.at(-1)).toMatchObject({
      op: 'cand',
      data: {
        candidates: [{ candidate: 'candidate:1 1 udp 1 127.0.0.1 9 typ host', sdpMid: '0' }],
        end: true,
      },
    });
  });

  test('ICE begins anew for a session on whatever tag, which is another one from then on', async () => {
    const { at, camera } = await start();
    const etag = (await postOffer(at('/whep/front'))).headers.get('etag') ?? '';
    const send = (ifMatch: string, body: string) =>
      fetch(at(`/whep/front/${SESSION}`), {
        method: 'PATCH',
        headers: { 'content-type': 'application/trickle-ice-sdpfrag', 'if-match': ifMatch },
        body,
      });
    const candidate = 'a=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\n';
    const credentials = `a=ice-ufrag:new1\r\na=ice-pwd:${'p'.repeat(22)}\r\n`;
    const refused = await send('*', `m=video 9 RTP/AVP 0\r\na=mid:v\r\n${candidate}`);
    expect(refused.status).toBe(422);
    expect((await problemOf(refused)).message).toContain('iceUfrag');

    const restarted = await send('*', `${credentials}m=video 9 RTP/AVP 0\r\na=mid:v\r\n${candidate}`);
    expect(restarted.status).toBe(200);
    expect(restarted.headers.get('content-type')).toBe('application/trickle-ice-sdpfrag');
    expect(await restarted.text()).toBe(
      `m=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:v\r\na=ice-ufrag:cam2\r\na=ice-pwd:${RESTARTED_ICE.icePwd}\r\na=candidate:7\r\na=end-of-candidates\r\n`,
    );
    expect(camera.requests.at(-1)).toMatchObject({
      op: 'ice-restart',
      data: {
        iceUfrag: 'new1',
        icePwd: 'p'.repeat(22),
        candidates: ['candidate:1 1 udp 1 127.0.0.1 9 typ host'],
      },
    });
    const newEtag = restarted.headers.get('etag') ?? '';
    expect(newEtag).not.toBe(etag);
    expect((await send(etag, candidate)).status).toBe(412);
    expect((await send(newEtag, candidate)).status).toBe(204);
  });

  test.each([
    ['GET', '/whep/front', 'POST, OPTIONS'],
    ['HEAD', '/whep/front', 'POST, OPTIONS'],
    ['PUT', '/whep/front', 'POST, OPTIONS'],
    ['DELETE', '/whep/front', 'POST, OPTIONS'],
    ['POST', `/whep/front/${SESSION}`, 'GET, PATCH, DELETE, OPTIONS'],
    ['PUT', `/whep/front/${SESSION}`, 'GET, PATCH, DELETE, OPTIONS'],
  ])('%s %s is not allowed, and the answer says what is', async (method, path, allow) => {
    const { at } = await start();
    const response = await fetch(at(path), { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe(allow);
  });

  test('players of this network may watch across origins, pages of the Internet may not', async () => {
    const { at, camera } = await start();
    const near = { origin: 'http://192.168.1.5:1880', 'access-control-request-method': 'POST' };
    const allowed = await fetch(at('/whep/front'), { method: 'OPTIONS', headers: near });
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('accept-post')).toBe('application/sdp');
    expect(allowed.headers.get('access-control-allow-origin')).toBe(near.origin);
    expect(allowed.headers.get('access-control-allow-methods')).toContain('DELETE');
    for (const origin of ['https://evil.example', 'null', 'http://10.evil.example'])
      expect((await postOffer(at('/whep/front'), OFFER, { origin })).status).toBe(403);
    expect(camera.requests).toEqual([]);
  });

  test('so they may by HLS', async () => {
    const { at } = await start();
    const ask = (origin: string, method = 'GET') =>
      fetch(at('/hls/front/none.m4s'), { method, headers: { origin } });
    const near = 'http://192.168.1.5:1880';
    const preflight = await ask(near, 'OPTIONS');
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Authorization');
    expect((await ask(near)).headers.get('access-control-allow-origin')).toBe(near);
    expect((await ask('https://evil.example')).status).toBe(403);
  });

  test('a refusal can be read across origins too', async () => {
    const { at } = await start();
    const response = await postOffer(at('/whep/front'), 'garbage', { origin: 'http://localhost:1880' });
    expect(response.status).toBe(422);
    expect(response.headers.get('access-control-allow-origin')).toBe('http://localhost:1880');
  });
});

describe('the JSON routes', () => {
  test('start-webrtc answers for the only camera and stop-webrtc ends that view', async () => {
    const { at, camera } = await start();
    const response = await postJson(at('/api/start-webrtc'), { sdp: OFFER, type: 'offer' });
    expect(await response.json()).toEqual({ webrtc_answer: ANSWER, session: SESSION });
    expect((await postJson(at('/api/stop-webrtc'), { session: SESSION })).status).toBe(200);
    expect(camera.requests.at(-1)).toMatchObject({ op: 'close', session: SESSION });
    const stopped = await fetch(at('/api/stop-webrtc'), { method: 'POST' });
    expect(await stopped.json()).toEqual({ streaming: false, viewers: 0 });
  });

  test('with several cameras one has to be named', async () => {
    const { at } = await start({ cameras: ['front', 'garden'] });
    const unnamed = await problemOf(await postJson(at('/api/start-webrtc'), { sdp: OFFER, type: 'offer' }));
    expect(unnamed).toMatchObject({ status: 422, message: expect.stringContaining('front, garden') });
    expect((await postJson(at('/api/start-webrtc?device=garden'), { sdp: OFFER })).status).toBe(200);
  });

  test.each([
    ['not JSON', '{', 'application/json', 422],
    ['no sdp', '{"type":"offer"}', 'application/json', 422],
    ['an answer', JSON.stringify({ sdp: OFFER, type: 'answer' }), 'application/json', 422],
    ['a form', 'sdp=v', 'application/x-www-form-urlencoded', 415],
    ['too much', JSON.stringify({ sdp: 'v'.repeat(70_000) }), 'application/json', 413],
  ])('start-webrtc refuses %s', async (_what, body, type, status) => {
    const { at } = await start();
    const response = await fetch(at('/api/start-webrtc'), {
      method: 'POST',
      body,
      headers: { 'content-type': type },
    });
    expect((await problemOf(response)).status).toBe(status);
  });

  test('turn-credentials is the bare list of ICE servers, and says how long they hold', async () => {
    const iceServers = [{ urls: 'turn:t', username: 'u', credential: 'c' }];
    const { at } = await start({ iceServers: fixedIceServers(iceServers) });
    const response = await fetch(at('/api/turn-credentials'));
    expect(response.headers.get('cache-control')).toBe('no-store, max-age=86400');
    expect(await response.json()).toEqual(iceServers);
  });

  test('cameras tells what a tile shows', async () => {
    const { at } = await start();
    expect(await (await fetch(at('/api/cameras'))).json()).toEqual([
      expect.objectContaining({
        device: 'front',
        name: 'Front door',
        online: true,
        streaming: true,
        viewers: 2,
      }),
    ]);
  });

  test('many tiles cost the camera one picture', async () => {
    const { at, camera } = await start();
    const ask = async () => {
      const response = await fetch(at('/api/cameras/front/snapshot.jpg?width=600'));
      expect(response.headers.get('content-type')).toBe('image/jpeg');
      return Buffer.from(await response.arrayBuffer());
    };
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([JPEG, JPEG, JPEG]);
    expect(await ask()).toEqual(JPEG);
    expect(camera.requests.map(({ op }) => op)).toEqual(['snapshot']);
  });

  test('a camera that was turned off shows no picture kept from before, and says why', async () => {
    const { at, camera } = await start();
    const picture = at('/api/cameras/front/snapshot.jpg');
    expect((await fetch(picture)).status).toBe(200);
    await camera.setEnabled(false);
    const off = await problemOf(await fetch(picture));
    expect(off).toMatchObject({ status: 403, code: 'forbidden', message: 'Turned off.' });
    expect(await (await fetch(at('/api/cameras'))).json()).toMatchObject([{ enabled: false }]);
    await camera.setEnabled(true);
    expect((await fetch(picture)).status).toBe(200);
    expect(camera.requests.length).toBe(3);
  });

  test('a camera that refuses one picture as forbidden shows none of another size either', async () => {
    const { at, camera } = await start();
    const picture = at('/api/cameras/front/snapshot.jpg');
    expect((await fetch(picture)).status).toBe(200);
    camera.refusal = new CameraError('forbidden', 'Turned off.');
    expect((await fetch(`${picture}?width=640`)).status).toBe(403);
    expect((await fetch(picture)).status).toBe(403);
  });

  test('a snapshot of nonsense size or of an unknown camera is refused in JSON', async () => {
    const { at } = await start({ now: clockAfterIntroductions() });
    const nonsense = await problemOf(await fetch(at('/api/cameras/front/snapshot.jpg?width=big')));
    expect(nonsense).toMatchObject({ status: 422, code: 'bad_request' });
    const unknown = await problemOf(await fetch(at('/api/cameras/back/snapshot.jpg')));
    expect(unknown).toMatchObject({ status: 404, code: 'not_found' });
  });

  test('healthz follows the broker', async () => {
    const { at, bus } = await start();
    expect((await fetch(at('/healthz'))).status).toBe(200);
    bus.setConnected(false);
    const away = await fetch(at('/healthz'));
    expect(away.status).toBe(503);
    expect(await away.json()).toEqual({ status: 'degraded', broker: 'away', cameras: 1 });
  });

  test('an unknown route is 404 in JSON', async () => {
    const { at } = await start();
    expect(await problemOf(await fetch(at('/api/nothing')))).toMatchObject({
      status: 404,
      code: 'not_found',
    });
  });
});

describe('guards', () => {
  test('a forged POST of another site changes nothing', async () => {
    const { at, camera } = await start();
    const response = await fetch(at('/api/stop-webrtc'), {
      method: 'POST',
      headers: { origin: 'http://localhost:1880' },
    });
    expect((await problemOf(response)).status).toBe(403);
    expect(camera.requests).toEqual([]);
  });

  test('a rebound host name is refused on loopback, a configured one is not', async () => {
    const { port } = await start({ hostNames: ['cam.example'] });
    expect(await rawStatus(port, ASK_FOR_CAMERAS, 'evil.example')).toBe(403);
    expect(await rawStatus(port, ASK_FOR_CAMERAS, 'cam.example')).toBe(200);
    expect(await rawStatus(port, ASK_FOR_CAMERAS, 'localhost:8080')).toBe(200);
  });

  test.each([
    ['evil.example', 403],
    ['127.evil.example', 403],
    ['pi.local', 200],
    ['pi.local.:8080', 200],
    ['pi', 200],
    ['localhost', 200],
    [hostname(), 200],
    ['192.168.1.20:8080', 200],
    ['[fe80::1]', 200],
    ['[fe80::1]:8080', 200],
    ['cam.example', 200],
  ])('beyond loopback the host name %s gives %i', async (host, status) => {
    const { port } = await start({ ...beyondLoopback, hostNames: ['Cam.example'] });
    expect(await rawStatus(port, ASK_WITH_TOKEN, host)).toBe(status);
  });

  test('a rebound host name is refused beyond loopback without configured names too', async () => {
    const { port } = await start(beyondLoopback);
    expect(await rawStatus(port, ASK_WITH_TOKEN, 'evil.example')).toBe(403);
  });

  test('every answer carries the security headers', async () => {
    const { at } = await start();
    for (const path of ['/', '/api/cameras', '/nothing']) {
      const { headers } = await fetch(at(path));
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.has('access-control-allow-origin')).toBe(false);
    }
  });

  test('nothing beside the page is served', async () => {
    const { port, at } = await start();
    for (const path of ['/tsconfig.json', '/..%2fserver%2fapp.ts', '/%2e%2e/server/app.ts', '/server/app.ts'])
      expect((await fetch(at(path))).status).toBe(404);
    expect(await rawStatus(port, 'GET /../server/app.ts HTTP/1.1')).toBe(404);
  });

  test('a page module is served as JavaScript, and again only when it changed', async () => {
    const { at } = await start();
    const first = await fetch(at('/main.js'));
    expect(first.headers.get('content-type')).toContain('text/javascript');
    const etag = first.headers.get('etag') ?? '';
    expect((await fetch(at('/main.js'), { headers: { 'if-none-match': etag } })).status).toBe(304);
  });
});

describe('its life', () => {
  test('an address that is taken is reported in words', async () => {
    const { server } = await start();
    const port = Number(new URL(server.url).port);
    await expect(start({ port })).rejects.toThrow(WebServerError);
  });

  test('close ends open connections and leaves no subscription behind', async () => {
    const { bus, camera, server } = await start();
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    resources.onEnd('socket', () => socket.destroy());
    await once(socket, 'connect');
    camera.close();
    const ended = once(socket, 'close');
    await server.close();
    await ended;
    expect(bus.subscriptionCount).toBe(0);
  });
});

async function untilOffline(at: (path: string) => string): Promise<void> {
  await waitUntil('the camera counts as offline', async () => {
    const cameras = (await (await fetch(at('/api/cameras'))).json()) as { online: boolean }[];
    return cameras.every(({ online }) => !online);
  });
}

/** Sends a body whose length is not told beforehand. */
async function postInChunks(url: string, body: string): Promise<{ status: number; body: string }> {
  const request = httpRequest(url, { method: 'POST', headers: { 'content-type': 'application/sdp' } });
  resources.onEnd('request', () => request.destroy());
  for (let at = 0; at < body.length; at += 7_000) request.write(body.slice(at, at + 7_000));
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, body: await text(response) };
}
