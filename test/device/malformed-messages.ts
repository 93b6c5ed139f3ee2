import { randomBytes } from 'node:crypto';
import type { ErrorCode } from '../../contract/errors.ts';
import type { deviceTopics } from '../../contract/topics.ts';

export interface MalformedMessage {
  readonly topic: string;
  readonly payload: string | Buffer;
  /** The code it is answered with, unless too many came before it; undefined: nobody is answered. */
  readonly code: ErrorCode | undefined;
}

/** One of everything that is wrong about a message to a device. `sdp`: an offer, which is damaged at random. */
export function malformedMessages(
  topics: ReturnType<typeof deviceTopics>,
  peer: string,
  round: number,
  sdp: string,
): MalformedMessage[] {
  const envelope = (more: object) => JSON.stringify({ v: 1, id: `id-${round}`, data: {}, ...more });
  const damaged = sdp.replace(/[0-9]/gu, (digit) => (Math.random() < 0.05 ? 'x' : digit));
  const request = (op: string, payload: string | Buffer, code: ErrorCode): MalformedMessage => ({
    topic: topics.request(peer, op),
    payload,
    code,
  });
  const garbage = envelope({ data: { sdp: randomBytes(500).toString('latin1') } });
  return [
    request('ping', randomBytes(200), 'bad_request'),
    request('offer', garbage, 'bad_sdp'),
    request('offer', garbage, 'bad_sdp'),
    request('offer', envelope({ id: `m-${round}`, data: { sdp: damaged, trickle: 'yes' } }), 'bad_request'),
    request(
      'offer',
      envelope({ id: `n-${round}`, data: { sdp: damaged.replaceAll('H264', 'VP8') } }),
      'bad_sdp',
    ),
    request('get', '{"v":1,"id":{"a":[1,2,3]}}', 'bad_request'),
    request(
      'cand',
      envelope({ id: `c-${round}`, session: 'A'.repeat(22), data: { candidates: [{}] } }),
      'bad_request',
    ),
    request('snapshot', envelope({ id: 'replayed', data: { width: -1 } }), 'bad_request'),
    request('stop', 'x'.repeat(100_000), 'too_large'),
    request('__proto__', envelope({}), 'not_found'),
    request('stop', envelope({ id: `b-${round}`, boot: 'an-earlier-one' }), 'stale_boot'),
    { topic: topics.set('stream'), payload: randomBytes(20), code: undefined },
    { topic: `${topics.request(peer, 'stop')}/deeper`, payload: '', code: undefined },
  ];
}
