import { describe, expect, test } from '@jest/globals';
import { createSecretKey } from 'node:crypto';
import { RtpHeader, SrtcpSession, SrtpSession } from 'werift';
import { writeRtpHeader } from '../../media/rtp.ts';
import { open, rtcpNonce, rtpNonce, seal } from '../../media/srtp-gcm-cipher.ts';
import { SrtpGcmReceiver, SrtpGcmSender } from '../../media/srtp-gcm.ts';
import { SrtpKeyError } from '../../media/srtp-keys.ts';
import { pseudoRandomBytes } from './rpicam-recordings.ts';
import { PAYLOAD, REPORT } from './srtp-samples.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const AEAD_AES_128_GCM = 7;
const KEYS = {
  masterKey: hex('0f1e2d3c4b5a69788796a5b4c3d2e1f0'),
  masterSalt: hex('a0a1a2a3a4a5a6a7a8a9aaab'),
};

const headerOf = (sequenceNumber: number, ssrc = 0xcafebabe): Buffer =>
  writeRtpHeader(
    { payloadType: 99, marker: false, sequenceNumber: sequenceNumber & 0xffff, timestamp: 90_000, ssrc },
    [{ id: 5, data: Buffer.alloc(3) }],
  );

/** werift's session of the other end. */
function weriftEnd() {
  const keys = {
    localMasterKey: KEYS.masterKey,
    localMasterSalt: KEYS.masterSalt,
    remoteMasterKey: KEYS.masterKey,
    remoteMasterSalt: KEYS.masterSalt,
  };
  const options = { keys, profile: AEAD_AES_128_GCM } as const;
  return { rtp: new SrtpSession(options), rtcp: new SrtcpSession(options) };
}

describe('the test vectors of RFC 7714', () => {
  const keys = {
    encryptionKey: createSecretKey(hex('000102030405060708090a0b0c0d0e0f')),
    salt: hex('517569642070726f2071756f'),
  };

  test('§16.1.1: RTP', () => {
    const header = hex('8040f17b 8041f8d3 5501a0b2');
    const text = Buffer.from('Gallia est omnis divisa in partes tres');
    const nonce = rtpNonce(keys, 0x5501a0b2, 0xf17b);
    expect(nonce).toEqual(hex('51753c6580c2726f20718414'));
    const packet = seal(keys, nonce, header, text);
    expect(packet.toString('hex')).toBe(
      '8040f17b8041f8d35501a0b2' +
        'f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833' +
        '899d7f27beb16a9152cf765ee4390cce',
    );
    expect(open(keys, nonce, header, packet.subarray(12, -16), packet.subarray(-16))).toEqual(text);
  });

  test('§17.1: SRTCP', () => {
    const clear = hex('81c8000d4d617273');
    const text = hex(
      '4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 deadbeef deadbeef deadbeef deadbeef deadbeef',
    );
    const trailer = hex('800005d4');
    const nonce = rtcpNonce(keys, 0x4d617273, 0x5d4);
    const packet = seal(keys, nonce, clear, text, Buffer.concat([clear, trailer]));
    expect(packet.toString('hex')).toBe(
      '81c8000d4d617273' +
        '63e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275b' +
        'c84aa45896cf4d2fc5abf87245d9eade',
    );
  });
});

describe('SRTP with AES-GCM', () => {
  test('is what werift decrypts, over two wraps and with reports in between', () => {
    const sender = new SrtpGcmSender(KEYS);
    const { rtp, rtcp } = weriftEnd();
    for (let i = 32_000; i < 150_000; i += 61) {
      const header = headerOf(i);
      expect(rtp.decrypt(sender.protectRtp(header, PAYLOAD))).toEqual(Buffer.concat([header, PAYLOAD]));
      if (i % 1_000 < 61) expect(rtcp.decrypt(sender.protectRtcp(REPORT))).toEqual(REPORT);
    }
  });

  test('decrypts what werift encrypts', () => {
    const receiver = new SrtpGcmReceiver(KEYS);
    const { rtp, rtcp } = weriftEnd();
    for (let i = 65_000; i < 66_000; i += 1) {
      const packet = rtp.encrypt(PAYLOAD, new RtpHeader({ sequenceNumber: i & 0xffff, ssrc: 9 }));
      expect(receiver.unprotectRtp(packet)).toMatchObject({ index: i, payload: PAYLOAD });
    }
    expect(receiver.unprotectRtcp(rtcp.encrypt(REPORT))).toEqual(REPORT);
    expect(receiver.unprotectRtcp(rtcp.encrypt(REPORT))).toEqual(REPORT);
  });

  test.each([100, 1_000, 32_767, 40_000, 65_000])(
    'survives a jump of %i sequence numbers, across a wrap',
    (distance) => {
      const sender = new SrtpGcmSender(KEYS);
      const receiver = new SrtpGcmReceiver(KEYS);
      const first = 65_500 + distance;
      for (let index = 20_000; index < first + 100; index += 10) {
        const packet = sender.protectRtp(headerOf(index), PAYLOAD);
        const isLost = index > 65_500 && index < first;
        if (!isLost) expect(receiver.unprotectRtp(packet)?.index).toBe(index);
      }
    },
  );

  test('decrypts a stream whose first packet before a wrap was lost', () => {
    const sender = new SrtpGcmSender(KEYS);
    const receiver = new SrtpGcmReceiver(KEYS);
    sender.protectRtp(headerOf(65_535), PAYLOAD);
    const packet = sender.protectRtp(headerOf(65_536), PAYLOAD);
    expect(receiver.unprotectRtp(packet)?.index).toBe(65_536);
  });

  test('never uses a nonce twice for other packets, of one stream or of two, over the wraps', () => {
    const [keys, seen] = [
      { encryptionKey: createSecretKey(KEYS.masterKey), salt: KEYS.masterSalt },
      new Set(),
    ];
    const indexes = [0, 1, 0xffff, 0x1_0000, 0x1_0001, 0xffff_ffff, 0x1_0000_0000, 0xffff_ffff_ffff];
    for (const ssrc of [1, 2, 0xffff_ffff]) {
      for (const index of indexes) seen.add(rtpNonce(keys, ssrc, index).toString('hex'));
    }
    expect(seen.size).toBe(3 * indexes.length);
  });

  test('is the same packet when the same packet is sent again', () => {
    const sender = new SrtpGcmSender(KEYS);
    const first = sender.protectRtp(headerOf(65_535), PAYLOAD);
    sender.protectRtp(headerOf(0), PAYLOAD);
    expect(sender.protectRtp(headerOf(65_535), PAYLOAD)).toEqual(first);
  });

  test('is taken once only, and not at all when one bit is another', () => {
    const sender = new SrtpGcmSender(KEYS);
    const receiver = new SrtpGcmReceiver(KEYS);
    const rtp = sender.protectRtp(headerOf(1), PAYLOAD);
    const rtcp = sender.protectRtcp(REPORT);
    for (let at = 0; at < rtp.length; at += 1)
      expect(receiver.unprotectRtp(flipped(rtp, at))).toBeUndefined();
    for (let at = 0; at < rtcp.length; at += 1)
      expect(receiver.unprotectRtcp(flipped(rtcp, at))).toBeUndefined();
    expect(receiver.unprotectRtp(rtp)).toBeDefined();
    expect(receiver.unprotectRtp(rtp)).toBeUndefined();
    expect(receiver.unprotectRtcp(rtcp)).toBeDefined();
    expect(receiver.unprotectRtcp(rtcp)).toBeUndefined();
  });

  test('survives garbage', () => {
    const receiver = new SrtpGcmReceiver(KEYS);
    for (let bytes = 0; bytes < 100; bytes += 1) {
      expect(receiver.unprotectRtp(pseudoRandomBytes(bytes, bytes))).toBeUndefined();
      expect(receiver.unprotectRtcp(pseudoRandomBytes(bytes, bytes))).toBeUndefined();
    }
  });

  test('refuses keys of another crypto suite', () => {
    const masterSalt = Buffer.alloc(14);
    expect(() => new SrtpGcmSender({ ...KEYS, masterSalt })).toThrow(SrtpKeyError);
  });
});

function flipped(packet: Buffer, at: number): Buffer {
  const copy = Buffer.from(packet);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
