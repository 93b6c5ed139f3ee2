import { describe, expect, test } from '@jest/globals';
import { completeAnswer } from '../../../device/viewer-session/complete-answer.ts';
import { parseVideoOffer } from '../../../device/viewer-session/video-offer.ts';

const FORMAT = { payloadType: 111, ssrc: 4_242, cname: 'the-camera' };
const RECEIVES = 'a=recvonly';
const OPUS = 'a=rtpmap:111 opus/48000/2';

function transport(ufrag: string): string[] {
  return [
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${ufrag}-password-of-22-letters`,
    'a=fingerprint:sha-256 AA:BB',
    `a=candidate:1 1 udp 2 192.0.2.1 5 typ host ufrag ${ufrag}`,
  ];
}

function audio(...lines: string[]): string[] {
  return ['m=audio 9 UDP/TLS/RTP/SAVPF 63 111 9', 'a=mid:sound', 'a=rtpmap:63 red/48000/2', ...lines];
}

function video(...lines: string[]): string[] {
  const h264 = ['a=rtpmap:106 H264/90000', 'a=fmtp:106 packetization-mode=1;profile-level-id=42e01f'];
  return ['m=video 9 UDP/TLS/RTP/SAVPF 106', 'a=mid:picture', RECEIVES, ...h264, ...lines];
}

const SOUND = audio(OPUS, RECEIVES, ...transport('one'));
const PICTURE = video(...transport('one'));

function offer(group: string, ...parts: string[][]): string {
  const session = ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', ...(group === '' ? [] : [group])];
  return [...session, ...parts.flat()].map((line) => `${line}\r\n`).join('');
}

const BUNDLE = 'a=group:BUNDLE sound picture';
const parse = (sdp: string) => parseVideoOffer(sdp, { sound: { microphone: true, speaker: false } });

describe('the sound of an offer', () => {
  test('is found with its payload type, and stays away from the WebRTC stack', () => {
    const found = parse(offer(BUNDLE, SOUND, PICTURE));
    expect(found.audio).toMatchObject({ mid: 'sound', index: 0, payloadType: 111 });
    expect(found.sdp).not.toMatch(/audio|opus|sound/u);
  });

  test('is not looked for where the camera has none', () => {
    expect(parseVideoOffer(offer(BUNDLE, SOUND, PICTURE)).audio).toBeUndefined();
  });

  test('is of who sends and receives, too, and of a section that leaves its transport to the bundle', () => {
    const both = audio(OPUS, 'a=sendrecv', 'a=bundle-only').map((line) => line.replace('audio 9', 'audio 0'));
    expect(parse(offer(BUNDLE, both, PICTURE)).audio?.payloadType).toBe(111);
  });

  test.each([
    ['receives nothing', audio(OPUS, 'a=sendonly')],
    ['is inactive', audio(OPUS, 'a=inactive')],
    ['is rejected', SOUND.map((line) => line.replace('audio 9', 'audio 0'))],
    ['knows no Opus', audio('a=rtpmap:111 PCMU/8000', RECEIVES)],
    ['knows Opus under a number it does not list', audio('a=rtpmap:112 opus/48000/2', RECEIVES)],
    ['has a number that is none', SOUND.map((line) => line.replace(/\b111\b/u, 'one11'))],
    ['has a number that is too large', SOUND.map((line) => line.replace(/\b111\b/u, '311'))],
  ])('is none when it %s', (_, section) => {
    expect(parse(offer(BUNDLE, section, PICTURE)).audio).toBeUndefined();
  });

  test.each([
    ['a=sendrecv', { sends: false, receives: true }],
    ['a=sendonly', { sends: false, receives: true }],
    ['a=recvonly', undefined],
  ])('is for what the viewer says alone where the camera has a loudspeaker alone: %s', (direction, found) => {
    const sdp = offer(BUNDLE, audio(OPUS, direction), PICTURE);
    const { audio: section } = parseVideoOffer(sdp, { sound: { microphone: false, speaker: true } });
    if (found) expect(section).toMatchObject(found);
    else expect(section).toBeUndefined();
  });

  test.each([
    ['a=sendrecv', { sends: true, receives: true }],
    ['a=sendonly', { sends: false, receives: true }],
    ['a=recvonly', { sends: true, receives: false }],
  ])('goes both ways where both ends want it: %s', (direction, found) => {
    const sdp = offer(BUNDLE, audio(OPUS, direction), PICTURE);
    expect(parseVideoOffer(sdp, { sound: { microphone: true, speaker: true } }).audio).toMatchObject(found);
  });

  test.each([
    ['no bundle', ''],
    ['a bundle of the picture alone', 'a=group:BUNDLE picture'],
    ['another group', 'a=group:LS sound picture'],
  ])('is none with %s, as it would need a transport of its own', (_, group) => {
    expect(parse(offer(group, SOUND, PICTURE)).audio).toBeUndefined();
  });

  test('brings the transport when it is first in the bundle', () => {
    const found = parse(
      offer(BUNDLE, audio(OPUS, RECEIVES, ...transport('one')), video(...transport('two'))),
    );
    expect(found.sdp).toContain('a=ice-ufrag:one\r\n');
    expect(found.sdp).not.toContain('two');
    expect(found.candidates).toEqual([expect.stringContaining('ufrag one')]);
  });

  test('leaves the transport to the picture when that is first in the bundle', () => {
    const sdp = offer(
      'a=group:BUNDLE picture sound',
      audio(OPUS, RECEIVES, ...transport('one')),
      video(...transport('two')),
    );
    expect(parse(sdp).sdp).toContain('a=ice-ufrag:two\r\n');
    expect(parse(sdp).candidates).toEqual([expect.stringContaining('ufrag two')]);
  });

  test('brings the candidates of the transport that both share, each once', () => {
    const found = parse(offer(BUNDLE, SOUND, PICTURE));
    expect(found.candidates).toEqual(['candidate:1 1 udp 2 192.0.2.1 5 typ host ufrag one']);
    expect(parse(offer(BUNDLE, SOUND, video())).candidates).toEqual(found.candidates);
  });
});

describe('an answer with sound', () => {
  const ofVideo = [
    'v=0',
    'a=group:BUNDLE picture',
    'm=video 9 UDP/TLS/RTP/SAVPF 106',
    'a=mid:picture',
    'a=msid:picam picam-video',
    'a=ice-ufrag:mine',
    'a=rtcp-mux',
    'a=candidate:1 1 udp 2 192.0.2.1 5 typ host',
  ].join('\r\n');
  const DATA = ['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'a=mid:data', 'a=sctp-port:5000'];

  test('sends Opus on the transport of the picture, in one stream with it and under its name', () => {
    const sdp = completeAnswer(parse(offer(`${BUNDLE} data`, SOUND, PICTURE, DATA)), ofVideo, FORMAT);
    const [session = '', sound = ''] = sdp.split('m=');
    expect(session).toContain('a=group:BUNDLE sound picture\r\n');
    expect(sound.split('\r\n')).toEqual([
      'audio 9 UDP/TLS/RTP/SAVPF 111',
      'c=IN IP4 0.0.0.0',
      'a=sendonly',
      'a=mid:sound',
      'a=msid:picam picam-audio',
      'a=rtpmap:111 opus/48000/2',
      'a=ssrc:4242 cname:the-camera',
      'a=ice-ufrag:mine',
      'a=rtcp-mux',
      'a=candidate:1 1 udp 2 192.0.2.1 5 typ host',
      '',
    ]);
    expect(sdp).toContain('m=application 0 ');
  });

  test('keeps the order of the bundle, whatever that of the sections', () => {
    const reversed = offer('a=group:BUNDLE picture sound', SOUND, PICTURE);
    expect(completeAnswer(parse(reversed), ofVideo, FORMAT)).toContain('a=group:BUNDLE picture sound\r\n');
  });

  test('takes the first audio that fits and rejects the others', () => {
    const other = SOUND.map((line) => line.replace('mid:sound', 'mid:more'));
    const sdp = completeAnswer(parse(offer(`${BUNDLE} more`, SOUND, PICTURE, other)), ofVideo, FORMAT);
    expect(sdp.match(/^m=.*$/gmu)).toEqual([
      'm=audio 9 UDP/TLS/RTP/SAVPF 111',
      'm=video 9 UDP/TLS/RTP/SAVPF 106',
      'm=audio 0 UDP/TLS/RTP/SAVPF 63 111 9',
    ]);
    expect(sdp).toContain('a=group:BUNDLE sound picture\r\n');
  });
});
