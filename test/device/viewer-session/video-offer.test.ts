import { describe, expect, test } from '@jest/globals';
import { completeAnswer } from '../../../device/viewer-session/complete-answer.ts';
import { parseVideoOffer } from '../../../device/viewer-session/video-offer.ts';

const SESSION = ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1 2'];
const TRANSPORT = [
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuv',
  'a=fingerprint:sha-256 AA:BB',
  'a=setup:actpass',
];
const AUDIO = [
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'a=mid:0',
  'a=recvonly',
  'a=rtpmap:111 opus/48000/2',
  ...TRANSPORT,
];
const DATA = [
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'a=mid:2',
  'a=sctp-port:5000',
  ...TRANSPORT,
];
const H264 = [
  'a=rtpmap:96 VP8/90000',
  'a=rtpmap:102 H264/90000',
  'a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f',
  'a=rtpmap:104 H264/90000',
  'a=fmtp:104 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=640c1f',
  'a=rtpmap:106 H264/90000',
  'a=fmtp:106 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  'a=rtcp-fb:106 goog-remb',
  'a=rtcp-fb:106 transport-cc',
  'a=rtcp-fb:106 nack pli',
  'a=rtcp-fb:107 nack',
  'a=rtcp-fb:104 nack',
  'a=rtpmap:107 rtx/90000',
  'a=fmtp:107 apt=106',
  'a=rtpmap:105 rtx/90000',
  'a=fmtp:105 apt=104',
];
const VIDEO = video();

function video(
  changes: { port?: string; direction?: string; lines?: string[]; transport?: string[] } = {},
): string[] {
  const { port = '9', direction = 'a=recvonly', lines = H264, transport = TRANSPORT } = changes;
  const media = `m=video ${port} UDP/TLS/RTP/SAVPF 96 102 104 106 107 105`;
  return [media, 'c=IN IP4 0.0.0.0', 'a=mid:1', direction, ...lines, ...transport];
}

function sdp(...parts: string[][]): string {
  return [...SESSION, ...parts.flat()].map((line) => `${line}\r\n`).join('');
}

describe('an offer', () => {
  test('is cut down to its video in H.264 Constrained Baseline with its retransmissions', () => {
    const offer = parseVideoOffer(sdp(AUDIO, VIDEO, DATA));
    expect(offer).toMatchObject({ mid: '1', index: 1, profileLevelId: '42e01f' });
    expect(offer.sdp).toContain('m=video 9 UDP/TLS/RTP/SAVPF 106 107\r\n');
    expect(offer.sdp).toContain('a=group:BUNDLE 1\r\n');
    expect(offer.sdp).toContain('a=rtcp-fb:106 nack pli\r\n');
    expect(offer.sdp).not.toMatch(/VP8|audio|application|:102|:104|:105/u);
  });

  test('keeps what the camera listens to: a viewer that may not use transport-cc tells its estimate by REMB', () => {
    const feedback = parseVideoOffer(sdp(VIDEO)).sdp.match(/^a=rtcp-fb:.*$/gmu);
    expect(feedback?.map((line) => line.trim())).toEqual([
      'a=rtcp-fb:106 goog-remb',
      'a=rtcp-fb:106 nack pli',
      'a=rtcp-fb:107 nack',
    ]);
  });

  test('keeps its candidates apart, because the stack waits for names to be found', () => {
    const offer = parseVideoOffer(
      sdp([...VIDEO, 'a=candidate:1 1 udp 2 abc.local 5 typ host', 'a=end-of-candidates']),
    );
    expect(offer.candidates).toEqual(['candidate:1 1 udp 2 abc.local 5 typ host']);
    expect(offer.sdp).not.toContain('candidate');
  });

  test('keeps no more candidates than a viewer may send afterwards', () => {
    const many = Array.from({ length: 900 }, (_, n) => `a=candidate:${n} 1 udp 2 192.0.2.1 5 typ host`);
    expect(parseVideoOffer(sdp([...VIDEO, ...many])).candidates).toHaveLength(128);
  });

  test('has its place for data channels written anew where they are wanted', () => {
    const offer = parseVideoOffer(sdp(AUDIO, VIDEO, [...DATA, 'a=strange:thing']), { withData: true });
    expect(offer.data).toMatchObject({ mid: '2', index: 2, sctpPort: 5000 });
    expect(offer.sdp).toContain('a=group:BUNDLE 1 2\r\n');
    expect(offer.sdp).toContain('m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n');
    expect(offer.sdp).toContain('a=max-message-size:1024\r\n');
    expect(offer.sdp).not.toContain('strange');
  });

  test.each([
    ['no port', DATA.filter((line) => !line.includes('sctp-port'))],
    ['a port that is none', DATA.map((line) => line.replace('5000', '70000'))],
    ['another protocol', DATA.map((line) => line.replace('UDP/DTLS/SCTP', 'TCP/DTLS/SCTP'))],
    ['a transport of its own', DATA.map((line) => line.replace('a=mid:2', 'a=mid:9'))],
  ])('has no place for data channels with %s', (_, section) => {
    const offer = parseVideoOffer(sdp(VIDEO, section), { withData: true });
    expect(offer.data).toBeUndefined();
    expect(offer.sdp).not.toContain('application');
  });

  test('may leave the transport of its video to the bundle', () => {
    const bundled = video({ port: '0', lines: [...H264, 'a=bundle-only'], transport: [] });
    const offer = parseVideoOffer(sdp(AUDIO, bundled));
    expect(offer.sdp).toContain('m=video 9 ');
    expect(offer.sdp).toContain('a=ice-ufrag:abcd\r\n');
  });

  test('may have its fingerprint for the whole session', () => {
    const [ufrag = '', password = '', ...ofSession] = TRANSPORT;
    const offer = parseVideoOffer(sdp(ofSession, video({ transport: [ufrag, password] })));
    expect(offer.sdp.match(/a=fingerprint/gu)).toHaveLength(1);
  });

  test.each([
    ['is no SDP', 'hello', /does not begin with "v=0"/u],
    ['asks for no video', sdp(AUDIO), /asks for no video/u],
    ['has its video rejected', sdp(video({ port: '0' })), /asks for no video/u],
    ['only sends', sdp(video({ direction: 'a=sendonly' })), /receives no video/u],
    ['is inactive', sdp(video({ direction: 'a=inactive' })), /receives no video/u],
    ['has no H.264', sdp(video({ lines: H264.slice(0, 1) })), /no H\.264 with packetization-mode=1/u],
    ['has only packetization-mode 0', sdp(video({ lines: H264.slice(0, 3) })), /packetization-mode=1/u],
    ['has no mid', sdp(VIDEO.filter((line) => line !== 'a=mid:1')), /no "a=mid:" line/u],
    ['has no fingerprint', sdp(video({ transport: TRANSPORT.slice(0, 2) })), /no "a=fingerprint:" line/u],
    ['has too much', sdp(...Array.from({ length: 40 }, () => AUDIO)), /more than 32/u],
  ])('that %s is refused in words', (_, offer, message) => {
    expect(() => parseVideoOffer(offer)).toThrow(expect.objectContaining({ code: 'bad_sdp' }));
    expect(() => parseVideoOffer(offer)).toThrow(message);
  });
});

describe('an answer', () => {
  const ofVideo = [
    'v=0',
    'a=group:BUNDLE 1',
    'm=video 9 UDP/TLS/RTP/SAVPF 106',
    'a=mid:1',
    'a=ice-ufrag:mine',
    'a=candidate:1 1 udp 2 192.0.2.1 5 typ host',
  ].join('\r\n');

  test('has a section for each of the offer, in its order, and rejects all but the video', () => {
    const audio = AUDIO.map((line) => line.replace('a=ice-ufrag:abcd', 'a=ice-ufrag:other'));
    const answer = completeAnswer(parseVideoOffer(sdp(audio, VIDEO, DATA)), ofVideo);
    expect(answer.match(/^m=.*$/gmu)).toEqual([
      'm=audio 0 UDP/TLS/RTP/SAVPF 111',
      'm=video 9 UDP/TLS/RTP/SAVPF 106',
      'm=application 0 UDP/DTLS/SCTP webrtc-datachannel',
    ]);
    expect(answer.match(/^a=mid:.*$/gmu)).toEqual(['a=mid:0', 'a=mid:1', 'a=mid:2']);
    expect(answer).toContain('a=group:BUNDLE 1\r\n');
  });

  test('accepts data channels on the transport of the video where there are some', () => {
    const ofBoth = `${ofVideo}\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\na=sctp-port:5001`;
    const offer = parseVideoOffer(sdp(VIDEO, DATA), { withData: true });
    const [, , data = ''] = completeAnswer(offer, ofBoth).split('m=');
    expect(data).toMatch(/^application 9 UDP\/DTLS\/SCTP webrtc-datachannel\r\n/u);
    expect(data.split('\r\n')).toEqual(
      expect.arrayContaining(['a=mid:2', 'a=sctp-port:5001', 'a=max-message-size:1024', 'a=ice-ufrag:mine']),
    );
  });

  test('lets the section on whose transport the video is be, but inactive', () => {
    const answer = completeAnswer(parseVideoOffer(sdp(AUDIO, VIDEO, DATA)), ofVideo);
    const [, audio = ''] = answer.split('m=');
    expect(audio).toMatch(/^audio 9 UDP\/TLS\/RTP\/SAVPF 111\r\n/u);
    expect(audio.split('\r\n')).toEqual(
      expect.arrayContaining(['a=inactive', 'a=rtpmap:111 opus/48000/2', 'a=ice-ufrag:mine', 'a=mid:0']),
    );
    expect(audio).toContain('a=candidate:');
    expect(answer).toContain('a=group:BUNDLE 0 1\r\n');
  });
});
