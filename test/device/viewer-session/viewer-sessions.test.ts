import { expect, test } from '@jest/globals';
import { RTCPeerConnection, useH264 } from 'werift';
import { systemClock } from '../../../device/capture/clock.ts';
import { LiveStream } from '../../../device/live-stream/live-stream.ts';
import { loadDtlsCertificate } from '../../../device/viewer-session/dtls-certificate.ts';
import type { SessionPush } from '../../../device/viewer-session/viewer-session-context.ts';
import { ViewerSessions } from '../../../device/viewer-session/viewer-sessions.ts';
import { createTally } from '../../../device/telemetry/tally.ts';
import { silentLogger, type Logger } from '../../../foundation/logger.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { FakeSource } from '../fake-source.ts';
import { createReceiver } from './media-path/werift-receiver.ts';

const resources = resourcesOfEachTest();

async function setUp(connectTimeoutMs?: number) {
  const source = new FakeSource(systemClock);
  const liveStream = resources.own(new LiveStream({ source, logger: silentLogger, lingerMs: 0 }));
  const pushes: SessionPush[] = [];
  const log: string[] = [];
  const logger: Logger = { ...silentLogger, info: (message) => log.push(message) };
  const linkEnds: [session: string, peer: string, isLast: boolean][] = [];
  const tally = createTally();
  const sessions = resources.own(
    new ViewerSessions({
      maxViewers: 3,
      context: {
        liveStream,
        certificate: await loadDtlsCertificate(undefined, silentLogger),
        ice: { servers: [], additionalHostAddresses: [] },
        logger,
        tally,
        connectTimeoutMs,
        links: {
          handleLinkReport: () => undefined,
          handleLinkEnd: (session, peer, isLast) => void linkEnds.push([session, peer, isLast]),
        },
        push: (_peer, message) => pushes.push(message),
      },
    }),
  );
  return { source, liveStream, pushes, log, sessions, tally, linkEnds };
}

/** Of somebody who does not answer afterwards. */
async function offerSdp(): Promise<string> {
  const connection = new RTCPeerConnection({ codecs: { audio: [], video: [useH264()] } });
  resources.own(connection);
  connection.addTransceiver('video', { direction: 'recvonly' });
  return (await connection.createOffer()).sdp;
}

async function connectViewer(sessions: ViewerSessions, peer: string): Promise<void> {
  const connection = createReceiver();
  resources.own(connection);
  await connection.setLocalDescription(await connection.createOffer());
  const { session, sdp } = await sessions.accept(peer, connection.localDescription?.sdp ?? '', false);
  await connection.setRemoteDescription({ type: 'answer', sdp });
  await waitUntil('the viewer to play', () => sessions.get(peer, session).isPlaying, 20_000);
  // A handshake that is broken off goes on in werift for half a minute; on a busy machine its own end may fail.
  const isSettled = () => connection.connectionState === 'connected';
  await waitUntil('its own end', isSettled).catch(() => undefined);
}

test('a viewer that never connects frees its place and the camera, and is told', async () => {
  const { source, sessions, pushes, log } = await setUp(200);
  const { session } = await sessions.accept('peer', await offerSdp(), false);
  expect(source.running).toBe(true);
  expect(sessions.count).toBe(1);
  await waitUntil('the end', () => sessions.count === 0);
  expect(pushes).toEqual([{ op: 'close', data: { session, reason: 'failed' } }]);
  expect(log).toEqual([
    expect.stringMatching(/^viewer peer closed: failed .*after \d+\.\d s and 0 packets$/u),
  ]);
  await waitUntil('the camera to stop', () => !source.running);
});

test('who hears that a viewer left counts it no more', async () => {
  const { sessions, liveStream } = await setUp();
  const { session } = await sessions.accept('peer', await offerSdp(), false);
  const counts: number[] = [];
  liveStream.onChange(() => counts.push(sessions.count));
  sessions.get('peer', session).end('left');
  expect(counts[0]).toBe(0);
});

test('who follows the links hears of each end, and whether the peer has another view', async () => {
  const { sessions, linkEnds } = await setUp();
  const [one, other] = [await offerSdp(), await offerSdp()];
  const { session: first } = await sessions.accept('peer', one, false);
  const { session: second } = await sessions.accept('peer', other, false);
  sessions.get('peer', first).end('left');
  expect(linkEnds).toEqual([[first, 'peer', false]]);
  sessions.get('peer', second).end('left');
  expect(linkEnds.slice(1)).toEqual([[second, 'peer', true]]);
});

test('an answer at once is followed by the candidates', async () => {
  const { sessions, pushes } = await setUp();
  const { session, sdp } = await sessions.accept('peer', await offerSdp(), true);
  expect(sdp).not.toContain('a=candidate');
  expect(pushes).toEqual([]);
  await waitUntil('the last candidate', () => pushes.some(({ data }) => 'end' in data && data.end === true));
  for (const push of pushes) expect(push).toMatchObject({ op: 'cand', data: { session } });
});

test('an answer that waits holds every candidate and is not followed by more', async () => {
  const { sessions, pushes } = await setUp();
  const { sdp } = await sessions.accept('peer', await offerSdp(), false);
  expect(sdp).toContain('a=candidate');
  expect(sdp).toContain('a=end-of-candidates');
  expect(pushes).toEqual([]);
});

test('candidates that make no sense do no harm', async () => {
  const { sessions } = await setUp();
  const { session } = await sessions.accept('peer', await offerSdp(), false);
  const texts = [
    '',
    'rubbish',
    'candidate:',
    'candidate:1 1 udp x y z',
    'candidate:1 1 udp 1 999.1.1.1 99999 typ host',
    'candidate:1 7 sctp -1 nowhere 0 typ nothing raddr raddr',
    'candidate:1 1 tcp 1 ::1 9 typ host tcptype active',
    `candidate:${'1 '.repeat(400)}`,
  ];
  for (let round = 0; round < 30; round += 1)
    sessions.get('peer', session).addCandidates(texts.map((candidate) => ({ candidate })));
  await new Promise((resolve) => setImmediate(resolve));
  expect(sessions.count).toBe(1);
});

test('offers with damaged transport lines end in an error or in a session that frees itself', async () => {
  const { sessions } = await setUp(100);
  const sdp = await offerSdp();
  for (const [line, damaged] of [
    [/a=fingerprint:.*/u, 'a=fingerprint:sha-256'],
    [/a=fingerprint:.*/u, 'a=fingerprint:md2 00'],
    [/a=ice-pwd:.*/u, 'a=ice-pwd:'],
    [/a=setup:.*/u, 'a=setup:holdconn'],
    [/a=rtpmap:.*H264.*/u, 'a=rtpmap:96 H264/90000/99/99'],
    [/a=mid:.*/u, 'a=mid:__proto__'],
    [/a=recvonly/u, 'a=recvonly\r\na=candidate:x\r\na=extmap:0 \r\na=ssrc:x y\r\na=simulcast:send 1'],
  ] as const) {
    const outcome = await sessions
      .accept('peer', sdp.replace(line, damaged), false)
      .catch((error: unknown) => error);
    if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'bad_sdp' });
    await waitUntil(`the end of the session with ${damaged}`, () => sessions.count === 0);
  }
});

test('a camera that fails before its first picture ends its viewers with that word', async () => {
  const { source, sessions, pushes } = await setUp();
  const { session } = await sessions.accept('peer', await offerSdp(), false);
  source.fail('no camera is plugged in', { isFinal: true });
  await waitUntil('the end', () => sessions.count === 0);
  expect(pushes).toEqual([{ op: 'close', data: { session, reason: 'failed' } }]);
});

test('viewers that never connect keep nobody out: the oldest of them makes room', async () => {
  const { sessions, pushes } = await setUp();
  const made: string[] = [];
  for (let n = 0; n < 4; n += 1) {
    made.push((await sessions.accept(`peer-${n}`, await offerSdp(), false)).session);
  }
  expect(sessions.count).toBe(3);
  expect(pushes).toEqual([{ op: 'close', data: { session: made[0], reason: 'failed' } }]);
  expect(() => sessions.get('peer-3', made[3] ?? '')).not.toThrow();
});

test('a viewer that plays is never sent away for a newcomer', async () => {
  const { sessions, pushes, tally } = await setUp();
  for (let n = 0; n < 3; n += 1) await connectViewer(sessions, `peer-${n}`);
  await expect(sessions.accept('late', await offerSdp(), false)).rejects.toMatchObject({ code: 'busy' });
  expect(sessions.count).toBe(3);
  expect(pushes).toEqual([]);
  expect(tally.views).toEqual({ accepted: 3, connected: 3, refused: 1 });
});
