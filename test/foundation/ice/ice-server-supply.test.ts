import { execFileSync } from 'node:child_process';
import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import type { IceServer } from '../../../contract/operations.ts';
import { fixedIceServers } from '../../../foundation/ice/ice-server-source.ts';
import { IceServerSupply, type IceServerSupplyOptions } from '../../../foundation/ice/ice-server-supply.ts';
import { openIceServers } from '../../../foundation/ice/open-ice-servers.ts';
import type { Fetch } from '../../../foundation/ice/turn-services.ts';
import { turnSettingsSchema, type TurnSettings } from '../../../foundation/ice/turn-settings.ts';
import { silentLogger, type Logger } from '../../../foundation/logger.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';

const resources = resourcesOfEachTest();
const START_MS = Date.UTC(2026, 10, 26);
const STUN = { urls: 'stun:stun.example.org' };
const TURN = { urls: ['turn:turn.example.org'], username: 'u', credential: 'c' };
const SECRET = {
  provider: 'shared-secret' as const,
  urls: ['turn:turn.example.org'],
  secret: 'north',
  ttlS: 600,
};

interface Asked {
  readonly method: string | undefined;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** A supply whose service is on this machine, with a clock that the test moves. */
async function open(
  turn: TurnSettings,
  answer: () => { status?: number; body: unknown },
  servers: readonly IceServer[] = [],
) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const { method, url = '', headers } = request;
      asked.push({ method, path: url, authorization: headers.authorization, body });
      const { status = 200, body: reply } = answer();
      response.writeHead(status).end(typeof reply === 'string' ? reply : JSON.stringify(reply));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  resources.onEnd('the service', () => server.close());
  const { port } = server.address() as AddressInfo;
  const fetch: Fetch = (url, init) => {
    const { pathname, search, host } = new URL(url);
    return globalThis.fetch(`http://127.0.0.1:${port}/${host}${pathname}${search}`, init);
  };
  return { asked, ...supplyOf({ turn, servers, fetch }) };
}

function supplyOf(options: Pick<IceServerSupplyOptions, 'turn'> & Partial<IceServerSupplyOptions>) {
  const clock = { nowMs: START_MS };
  const warnings: string[] = [];
  const logger: Logger = { ...silentLogger, warn: (line) => warnings.push(line) };
  const supply = new IceServerSupply({ servers: [], logger, wallClockMs: () => clock.nowMs, ...options });
  return { supply, clock, warnings };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

function settings(turn: object): TurnSettings {
  return turnSettingsSchema.parse(turn);
}

test.each<[string, TurnSettings, Asked, unknown, number]>([
  [
    'Metered',
    settings({ provider: 'metered', app: 'mine', apiKey: 'a&b' }),
    {
      method: 'GET',
      path: '/mine.metered.live/api/v1/turn/credentials?apiKey=a%26b',
      authorization: undefined,
      body: '',
    },
    [TURN],
    3_600,
  ],
  [
    'Cloudflare',
    settings({ provider: 'cloudflare', keyId: 'k1', apiToken: 't', ttlS: 900 }),
    {
      method: 'POST',
      path: '/rtc.live.cloudflare.com/v1/turn/keys/k1/credentials/generate-ice-servers',
      authorization: 'Bearer t',
      body: '{"ttl":900}',
    },
    { iceServers: TURN },
    900,
  ],
  [
    'Twilio',
    settings({ provider: 'twilio', accountSid: 'AC1', authToken: 't' }),
    {
      method: 'POST',
      path: '/api.twilio.com/2010-04-01/Accounts/AC1/Tokens.json',
      authorization: `Basic ${Buffer.from('AC1:t').toString('base64')}`,
      body: 'Ttl=3600',
    },
    { ice_servers: [TURN], ttl: '1800' },
    1_800,
  ],
  [
    'an address of one’s own',
    settings({ provider: 'url', url: 'https://home.example.org/turn', authorization: 'Bearer x' }),
    { method: 'GET', path: '/home.example.org/turn', authorization: 'Bearer x', body: '' },
    { iceServers: [TURN], expiresIn: 120 },
    120,
  ],
])('%s is asked as it wants to be, and understood', async (_, turn, question, body, expiresInS) => {
  const { supply, asked } = await open(turn, () => ({ body }));
  expect(await supply.current()).toEqual({ iceServers: [TURN], expiresInS });
  expect(asked).toEqual([question]);
});

test('many who ask at once are one question, and it is asked again when a fifth of the time is left', async () => {
  const turn = settings({ provider: 'url', url: 'https://t.example.org/' });
  const { supply, asked, clock } = await open(turn, () => ({ body: { iceServers: [TURN], expiresIn: 100 } }));
  await Promise.all([supply.current(), supply.current(), supply.current()]);
  clock.nowMs += 79_000;
  expect(await supply.current()).toEqual({ iceServers: [TURN], expiresInS: 21 });
  expect(asked).toHaveLength(1);
  clock.nowMs += 2_000;
  expect(await supply.current()).toEqual({ iceServers: [TURN], expiresInS: 100 });
  expect(asked).toHaveLength(2);
  clock.nowMs -= 3_600_000;
  await supply.current();
  expect(asked).toHaveLength(3);
});

test('while the service is away what still holds is named, then only what needs none; it is told once', async () => {
  const turn = settings({ provider: 'url', url: 'https://t.example.org/' });
  let isAway = false;
  const answer = () =>
    isAway ? { status: 503, body: '' } : { body: { iceServers: [TURN], expiresIn: 100 } };
  const { supply, asked, clock, warnings } = await open(turn, answer, [STUN]);
  await supply.current();
  isAway = true;
  clock.nowMs += 90_000;
  expect(await supply.current()).toEqual({ iceServers: [STUN, TURN], expiresInS: 10 });
  clock.nowMs += 11_000;
  expect(await supply.current()).toMatchObject({ iceServers: [STUN] });
  await supply.current();
  expect(asked).toHaveLength(3);
  expect(warnings).toEqual([
    'no TURN server for viewers far away: url refused with HTTP 503: it will be asked again',
  ]);
  isAway = false;
  clock.nowMs += 10_000;
  expect(await supply.current()).toMatchObject({ iceServers: [STUN, TURN] });
});

const service = settings({ provider: 'metered', app: 'mine', apiKey: 'topsecret' });

test.each<[string, { status?: number; body: unknown }, string]>([
  ['a wrong key', { status: 401, body: '' }, 'metered refused with HTTP 401: check the key under ice.turn'],
  [
    'a wrong name',
    { status: 404, body: '' },
    'metered refused with HTTP 404: check the names under ice.turn',
  ],
  ['a page for people', { body: '<html>' }, 'metered answered, but not with ICE servers'],
  ['something else', { body: { iceServers: 'none' } }, 'metered answered, but not with ICE servers'],
  ['far too much', { body: 'x'.repeat(70_000) }, 'metered answered far too much'],
])('%s is told with its remedy and without the key', async (_, answer, words) => {
  const { supply, warnings } = await open(service, () => answer, [STUN]);
  expect(await supply.current()).toMatchObject({ iceServers: [STUN] });
  expect(warnings).toEqual([`no TURN server for viewers far away: ${words}`]);
});

test('a service that cannot be reached keeps its address to itself', async () => {
  const fetch: Fetch = (url) => Promise.reject(new Error(`connect ${url}`));
  const { supply, warnings } = supplyOf({ turn: service, fetch });
  expect(await supply.current()).toMatchObject({ iceServers: [] });
  expect(warnings.join()).toContain('metered cannot be reached');
  expect(warnings.join()).not.toContain('topsecret');
});

test('a shared secret makes credentials that tell until when they hold', async () => {
  const { supply, clock } = supplyOf({ turn: SECRET });
  const { iceServers, expiresInS } = await supply.current();
  const [server] = iceServers;
  expect(server?.username).toBe(`${START_MS / 1_000 + 600}:picam`);
  // What "openssl dgst -sha1 -hmac north" makes of the user name.
  const username = server?.username ?? '';
  const expected = execFileSync('openssl', ['dgst', '-sha1', '-hmac', SECRET.secret, '-binary'], {
    input: username,
  });
  expect(server?.credential).toBe(expected.toString('base64'));
  expect(expiresInS).toBe(600);
  clock.nowMs += 481_000;
  expect((await supply.current()).iceServers[0]?.username).toBe(
    `${(START_MS + 481_000) / 1_000 + 600}:picam`,
  );
});

test('a clock that was never set is told once, with what to do', async () => {
  const { supply, clock, warnings } = supplyOf({ turn: SECRET });
  clock.nowMs = 0;
  await supply.current();
  clock.nowMs = 10_000_000;
  await supply.current();
  expect(warnings).toEqual([expect.stringMatching(/believes that it is 1970-01-01: .*timedatectl/u)]);
});

test('without a TURN service the list is what the configuration names', async () => {
  const source = openIceServers({ servers: [STUN] }, silentLogger);
  expect(await source.current()).toEqual(await fixedIceServers([STUN]).current());
});
