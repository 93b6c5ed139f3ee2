import { expect, test } from '@jest/globals';
import { withoutVoice } from '../../../web/server/guest-offer.ts';

const offer = (audio: readonly string[], session: readonly string[] = []) =>
  ['v=0', ...session, 'm=audio 9 X 111', ...audio, 'm=video 9 X 96', 'a=sendrecv', ''].join('\r\n');

test.each([
  ['a=sendrecv', 'a=recvonly'],
  ['a=recvonly', 'a=recvonly'],
  ['a=sendonly', 'a=inactive'],
  ['a=inactive', 'a=inactive'],
])('a voice that was offered as %s becomes %s, and the picture stays as it was', (before, after) => {
  expect(withoutVoice(offer(['a=mid:0', before]))).toBe(offer(['a=mid:0', after]));
});

test('a voice without a direction gets one, of the session or of its own', () => {
  expect(withoutVoice(offer(['a=mid:0']))).toBe(offer(['a=mid:0', 'a=recvonly']));
  const session = ['a=sendonly'];
  expect(withoutVoice(offer(['a=mid:0'], session))).toBe(offer(['a=mid:0', 'a=inactive'], session));
});

test('an offer that ends with the voice, and one without any', () => {
  expect(withoutVoice('v=0\nm=audio 9 X 111\na=sendrecv')).toBe('v=0\nm=audio 9 X 111\na=recvonly');
  expect(withoutVoice('v=0\r\nm=video 9 X 96\r\n')).toBe('v=0\r\nm=video 9 X 96\r\n');
});
