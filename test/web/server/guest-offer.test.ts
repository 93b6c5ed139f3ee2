import { expect, test } from '@jest/globals';
import { splitSdp, wantsToSend } from '../../../media/sdp-sections.ts';
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
  expect(withoutVoice('v=0\nm=audio 9 X 111\na=sendrecv')).toBe('v=0\r\nm=audio 9 X 111\r\na=recvonly\r\n');
  expect(withoutVoice('v=0\r\nm=video 9 X 96\r\n')).toBe('v=0\r\nm=video 9 X 96\r\n');
});

test.each([
  ['in a section that is written otherwise', ['m= audio 9 X 111', 'a=sendrecv']],
  ['behind another that only looks like a line', ['m=audio 9 X 111', 'a=x:\u2028a=recvonly', 'a=sendrecv']],
  ['twice', ['m=audio 9 X 111', 'a=recvonly', 'a=sendrecv']],
])('a voice is offered no more, %s', (_how, audio) => {
  for (const lineEnd of ['\r\n', '\n', '\r']) {
    const split = splitSdp(withoutVoice(['v=0', ...audio, ''].join(lineEnd)));
    const [section] = split?.sections ?? [];
    if (!split || !section) throw new Error('the offer was lost');
    expect(section.kind).toBe('audio');
    expect(wantsToSend(split, section)).toBe(false);
  }
});
