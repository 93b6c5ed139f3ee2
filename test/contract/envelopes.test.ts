import { describe, expect, test } from '@jest/globals';
import { describeProblems, parseJson, replyError, requestEnvelopeSchema } from '../../contract/envelopes.ts';
import { CameraError, HTTP_STATUS_OF_CODE, asCameraError } from '../../contract/errors.ts';
import { MAX_JSON_BYTES } from '../../contract/limits.ts';
import { OPERATIONS } from '../../contract/operations.ts';

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'no error';
  } catch (error) {
    return asCameraError(error).code;
  }
}

describe('envelopes', () => {
  test('a request keeps its fields and loses those that are not of the contract', () => {
    const text = JSON.stringify({ v: 1, id: 'a', boot: 'b', data: { sdp: 'x' }, extra: true });
    expect(parseJson(requestEnvelopeSchema, text, 'request')).toEqual({
      v: 1,
      id: 'a',
      boot: 'b',
      data: { sdp: 'x' },
    });
  });

  test.each([
    ['not JSON', '{', 'bad_request'],
    ['an array', '[]', 'bad_request'],
    ['another version', '{"v":2,"id":"a"}', 'bad_request'],
    ['no id', '{"v":1}', 'bad_request'],
    ['an id of 65 characters', JSON.stringify({ v: 1, id: 'x'.repeat(65) }), 'bad_request'],
    ['a session that is none', '{"v":1,"id":"a","session":"short"}', 'bad_request'],
    ['more than 64 KB', JSON.stringify({ v: 1, id: 'a', data: 'x'.repeat(MAX_JSON_BYTES) }), 'too_large'],
  ])('a request with %s is refused', (_what, text, code) => {
    expect(codeOf(() => parseJson(requestEnvelopeSchema, text, 'request'))).toBe(code);
  });

  test('a refusal names every field that is wrong', () => {
    const parsed = OPERATIONS.snapshot.request.safeParse({ width: 'wide', quality: 1000 });
    expect(parsed.error && describeProblems(parsed.error)).toMatch(/width: .*; quality: /);
  });

  test('an unforeseen error tells a requester nothing of its inside', () => {
    const error = replyError(new Error('secret path'));
    expect(error.code).toBe('internal');
    expect(error.message).not.toContain('secret');
  });

  test('a camera error keeps its code, words and time to wait', () => {
    expect(replyError(new CameraError('busy', 'full', { retryAfterS: 3 }))).toEqual({
      code: 'busy',
      message: 'full',
      retryAfter: 3,
    });
  });

  test('no bad offer is answered 400 or 406, which WHEP players take for something else', () => {
    expect(Object.values(HTTP_STATUS_OF_CODE)).not.toContain(400);
    expect(Object.values(HTTP_STATUS_OF_CODE)).not.toContain(406);
  });
});
