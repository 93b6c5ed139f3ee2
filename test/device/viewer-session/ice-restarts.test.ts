import { describe, expect, test } from '@jest/globals';
import { RTCPeerConnection } from 'werift';
import type { IceDescription } from '../../../contract/operations.ts';
import { IceRestarts } from '../../../device/viewer-session/ice-restarts.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { ManualClock } from '../manual-clock.ts';

const resources = resourcesOfEachTest();
/** Nobody answers there (RFC 5737). */
const NOWHERE = 'candidate:1 1 udp 2130706431 192.0.2.1 9 typ host';

function viewers(number: number): IceDescription {
  return { iceUfrag: `user${number}`, icePwd: `password-of-22-letters-${number}`, candidates: [NOWHERE] };
}

async function setUp() {
  const connection = resources.own(new RTCPeerConnection());
  connection.addTransceiver('video', { direction: 'sendonly' });
  await connection.setLocalDescription(await connection.createOffer());
  const clock = new ManualClock();
  const ends: unknown[] = [];
  const restarts = new IceRestarts({
    connection,
    addCandidates: (candidates) => {
      for (const candidate of candidates) void connection.addIceCandidate({ candidate, sdpMLineIndex: 0 });
    },
    handleEnd: (error) => ends.push(error),
    clock,
  });
  return { restarts, clock, ends };
}

describe('ICE that begins anew', () => {
  test('and finds no way is given up after a quarter of a minute', async () => {
    const { restarts, clock, ends } = await setUp();
    expect((await restarts.begin(viewers(1))).candidates).not.toEqual([]);
    clock.advance(14_000);
    expect(ends).toEqual([]);
    clock.advance(1_000);
    expect(ends).toEqual([expect.objectContaining({ name: 'NoOtherWayError' })]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('once more before it is answered is answered for the last time alone', async () => {
    const { restarts, clock, ends } = await setUp();
    const [first, second] = await Promise.allSettled([
      restarts.begin(viewers(1)),
      restarts.begin(viewers(2)),
    ]);
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'not_live' } });
    expect(second).toMatchObject({ status: 'fulfilled' });
    clock.advance(15_000);
    expect(ends).toHaveLength(1);
  });

  test('and is closed leaves no timer, and tells nothing', async () => {
    const { restarts, clock, ends } = await setUp();
    await restarts.begin(viewers(1));
    restarts.close();
    expect(clock.pendingTimers).toBe(0);
    clock.advance(60_000);
    expect(ends).toEqual([]);
  });
});
