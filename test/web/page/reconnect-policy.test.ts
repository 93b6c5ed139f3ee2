import { describe, expect, test } from '@jest/globals';
import { nextStep } from '../../../web/page/reconnect-policy.ts';
import {
  mayBeTurnedOff,
  troubleOfClosedSession,
  troubleOfRefusal,
  type Trouble,
} from '../../../web/page/trouble.ts';

describe('the next step', () => {
  test.each([
    [1, 500],
    [2, 1_000],
    [3, 2_000],
    [6, 15_000],
    [50, 15_000],
  ])('after failure %i is to try again after %i ms', (failures, afterMs) => {
    expect(nextStep({ kind: 'lost' }, failures, 1)).toEqual({ step: 'retry', afterMs });
  });

  test.each([
    [1, 15_000],
    [2, 30_000],
    [3, 60_000],
    [50, 60_000],
  ])('after failure %i while pictures come another way is to try again after %i ms', (failures, afterMs) => {
    const trouble: Trouble = { kind: 'ice-failed', usesTurn: false };
    expect(nextStep(trouble, failures, 1, true)).toEqual({ step: 'retry', afterMs });
  });

  test('is spread over time, so that many viewers do not come back at once', () => {
    expect(nextStep({ kind: 'lost' }, 3, 0)).toEqual({ step: 'retry', afterMs: 1_500 });
  });

  test.each<[string, Trouble, string]>([
    ['a camera stopped on purpose', { kind: 'stopped', reason: 'stopped' }, 'ask'],
    ['a view that was refused', { kind: 'refused', detail: '' }, 'ask'],
    ['a browser without H.264', { kind: 'no-h264' }, 'give-up'],
    ['a browser without WebRTC', { kind: 'no-webrtc' }, 'give-up'],
    ['an offline camera', { kind: 'camera-offline' }, 'retry'],
    ['a broker that is away', { kind: 'broker-away' }, 'retry'],
    ['a server that is away', { kind: 'server-away' }, 'retry'],
  ])('for %s', (_what, trouble, step) => {
    expect(nextStep(trouble, 1, 1).step).toBe(step);
  });

  test.each<Trouble>([
    { kind: 'camera-busy', detail: '' },
    { kind: 'ice-failed', usesTurn: false },
  ])('for $kind does not come soon', (trouble) => {
    expect(nextStep(trouble, 1, 0)).toEqual({ step: 'retry', afterMs: 5_000 });
  });
});

describe('trouble', () => {
  test.each([
    ['offline', true, 'camera-offline'],
    ['offline', false, 'broker-away'],
    ['not_found', true, 'camera-unknown'],
    ['busy', true, 'camera-busy'],
    ['rate_limited', true, 'camera-busy'],
    ['internal', true, 'camera-failed'],
    ['not_live', true, 'camera-failed'],
    ['timeout', true, 'timeout'],
    ['forbidden', true, 'refused'],
    ['something new', true, 'refused'],
  ])('of the code %s (broker connected: %s) is %s', (code, brokerConnected, kind) => {
    expect(troubleOfRefusal(code, 'why', brokerConnected).kind).toBe(kind);
  });

  test.each([
    ['stopped', 'stopped'],
    ['disabled', 'stopped'],
    ['failed', 'lost'],
    ['shutdown', 'lost'],
    ['restarted', 'lost'],
    ['something new', 'lost'],
  ])('of a session closed as %s is %s', (reason, kind) => {
    expect(troubleOfClosedSession(reason).kind).toBe(kind);
  });

  test.each<[Trouble, boolean]>([
    [{ kind: 'stopped', reason: 'disabled' }, true],
    [{ kind: 'refused', detail: 'Turned off.' }, true],
    [{ kind: 'stopped', reason: 'stopped' }, false],
    [{ kind: 'no-h264' }, false],
  ])('%j may come from a camera that was turned off: %s', (trouble, may) => {
    expect(mayBeTurnedOff(trouble)).toBe(may);
  });

  test('of a session that ended with words shows those words', () => {
    const trouble = troubleOfClosedSession('failed', 'the stream has B-frames');
    expect(trouble).toEqual({ kind: 'camera-failed', detail: 'the stream has B-frames' });
    expect(nextStep(trouble, 1, 0).step).toBe('retry');
  });
});
