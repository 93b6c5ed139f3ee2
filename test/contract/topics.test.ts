import { describe, expect, test } from '@jest/globals';
import { MAX_TOPIC_BYTES } from '../../contract/limits.ts';
import {
  deviceIdSchema,
  deviceTopics,
  fleetTopics,
  parseTopic,
  prefixSchema,
} from '../../contract/topics.ts';

describe('topics', () => {
  const topics = deviceTopics('picam', 'front-door');

  test.each([
    [topics.status, { kind: 'status', device: 'front-door' }],
    [topics.info, { kind: 'info', device: 'front-door' }],
    [topics.state, { kind: 'state', device: 'front-door' }],
    [topics.snapshot, { kind: 'snapshot', device: 'front-door' }],
    [topics.event('motion'), { kind: 'event', device: 'front-door', event: 'motion' }],
    [topics.set('stream'), { kind: 'set', device: 'front-door', property: 'stream' }],
    [topics.request('p1', 'offer'), { kind: 'request', device: 'front-door', peer: 'p1', op: 'offer' }],
    [topics.reply('p1'), { kind: 'reply', device: 'front-door', peer: 'p1' }],
    [fleetTopics('picam').hello('p1'), { kind: 'hello', peer: 'p1' }],
  ])('%s is read as what it was written for', (topic, parsed) => {
    expect(parseTopic('picam', topic)).toEqual(parsed);
  });

  test.each([
    'picam',
    'picam/v1',
    'picam/v1/front-door',
    'picam/v1/front-door/',
    'picam/v2/front-door/status',
    'picam/v1/Front-Door/status',
    'picam/v1/front-door/status/more',
    'picam/v1/front-door/unknown',
    'picam/v1/front-door/req/p1',
    'picam/v1/front-door/req/p 1/offer',
    'picam/v1/front-door/req/p1/offer/more',
    'picam/v1/_/req/p1/offer',
    'picam/v1/_/status',
    'other/v1/front-door/status',
    '',
  ])('"%s" belongs to nobody', (topic) => {
    expect(parseTopic('picam', topic)).toBeUndefined();
  });

  test('a prefix of several levels is read too', () => {
    const { status } = deviceTopics('home/yard/picam', 'gate');
    expect(parseTopic('home/yard/picam', status)).toEqual({ kind: 'status', device: 'gate' });
  });

  test('the longest topic keeps within what AWS IoT Core takes', () => {
    const longest = deviceTopics(
      `${'a'.repeat(20)}/${'b'.repeat(21)}/${'c'.repeat(21)}`,
      'd'.repeat(63),
    ).request('p'.repeat(64), 'snapshot');
    expect(Buffer.byteLength(longest)).toBeLessThanOrEqual(MAX_TOPIC_BYTES);
    expect(longest.split('/').length - 1).toBeLessThanOrEqual(7);
  });

  test.each(['picam', 'a/b/c', 'ü'])('"%s" is a prefix', (text) => {
    expect(prefixSchema.safeParse(text).success).toBe(true);
  });

  test.each(['', '/picam', 'picam/', 'a//b', 'a/b/c/d', 'a+', '#', '$SYS', 'with space', 'x'.repeat(65)])(
    '"%s" is no prefix',
    (text) => {
      expect(prefixSchema.safeParse(text).success).toBe(false);
    },
  );

  test.each(['', 'A', 'a_b', 'a/b', 'x'.repeat(64), '_'])('"%s" is no device id', (text) => {
    expect(deviceIdSchema.safeParse(text).success).toBe(false);
  });
});
