import { describe, expect, test } from '@jest/globals';
import { createSecretKey } from 'node:crypto';
import { RtpHeader, SrtcpSession, SrtpSession } from 'werift';
import { writeRtpHeader } from '../../media/rtp.ts';
import { SrtpReceiver, SrtpSender } from '../../media/srtp.ts';
import { applyCounterMode, deriveSessionKeys, SrtpKeyError } from '../../media/srtp-keys.ts';
import { pseudoRandomBytes } from './rpicam-recordings.ts';
import { PAYLOAD, REPORT } from './srtp-samples.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const KEYS = {
  masterKey: hex('e1f97a0d3e018be0d64fa32c06de4139'),
  masterSalt: hex('0ec675ad498afeebb6960b3aabe6'),
};

const headerOf = (sequenceNumber: number, ssrc = 0xcafebabe): Buffer =>
  writeRtpHeader({
    payloadType: 99,
    marker: false,
    sequenceNumber: sequenceNumber & 0xffff,
    timestamp: 90_000,
    ssrc,
  });

function receive(receiver: SrtpReceiver, sender: SrtpSender, index: number): number | undefined {
  return receiver.unprotectRtp(sender.protectRtp(headerOf(index), Buffer.of(index & 0xff)))?.payload[0];
}

describe('the test vectors of RFC 3711', () => {
  test('B.2: AES in counter mode', () => {
    const keys = {
      ...deriveSessionKeys(KEYS, 'rtp'),
      encryptionKey: createSecretKey(hex('2b7e151628aed2a6abf7158809cf4f3c')),
      salt: hex('f0f1f2f3f4f5f6f7f8f9fafbfcfd'),
    };
    const keyStream = applyCounterMode(keys, 0, 0, Buffer.alloc(1_044_512)).toString('hex');
    expect(keyStream.slice(0, 96)).toBe(
      'e03ead0935c95e80e166b16dd92b4eb4' +
        'd23513162b02d0f72a43a2fe4a5f97ab' +
        '41e95b3bb0a2e8dd477901e4fca894c0',
    );
    expect(keyStream.slice(0xfeff * 32, 0xff02 * 32)).toBe(
      'ec8cdf7398607cb0f2d21675ea9ea1e4' +
        '362b7c3c6773516318a077d7fc5073ae' +
        '6a2cc3787889374fbeb4c81b17ba6c44',
    );
  });

  test('B.3: key derivation', () => {
    const keys = deriveSessionKeys(KEYS, 'rtp');
    expect(keys.encryptionKey.export().toString('hex')).toBe('c61e7a93744f39ee10734afe3ff7a087');
    expect(keys.salt.toString('hex')).toBe('30cbbc08863d8c85d49db34a9ae1');
    expect(keys.authenticationKey.export().toString('hex')).toBe('cebe321f6ff7716b6fd4ab49af256a156d38baa4');
  });
});

describe('SRTP', () => {
  test('arrives as it was sent, for several streams, over two wraps', () => {
    const sender = new SrtpSender(KEYS);
    const receiver = new SrtpReceiver(KEYS);
    for (let i = 0; i < 140_000; i += 701) {
      for (const ssrc of [1, 2]) {
        const header = headerOf(i, ssrc);
        const packet = sender.protectRtp(header, PAYLOAD);
        expect(packet.length).toBe(12 + PAYLOAD.length + 10);
        expect(receiver.unprotectRtp(packet)).toMatchObject({ ssrc, index: i, payload: PAYLOAD });
      }
    }
  });

  test.each([100, 1_000, 32_767, 40_000, 65_000])(
    'survives a jump of %i sequence numbers, across a wrap',
    (distance) => {
      const sender = new SrtpSender(KEYS);
      const receiver = new SrtpReceiver(KEYS);
      const firstLost = 65_536 - Math.floor(distance / 2);
      const before = Array.from({ length: 60 }, (_, i) => Math.round((i * (firstLost - 1)) / 59));
      const after = [0, 1, 2, 1000, 30_000].map((i) => firstLost + distance - 1 + i);
      const lost = Array.from({ length: 20 }, (_, i) => firstLost + Math.floor((i * (distance - 1)) / 20));
      for (const index of before) expect(receive(receiver, sender, index)).toBe(index & 0xff);
      for (const index of lost) sender.protectRtp(headerOf(index), Buffer.of(index & 0xff));
      for (const index of after) expect(receive(receiver, sender, index)).toBe(index & 0xff);
    },
  );

  test('takes off the padding', () => {
    const header = headerOf(1);
    header[0] = (header[0] ?? 0) | 0x20;
    const packet = new SrtpSender(KEYS).protectRtp(header, Buffer.concat([PAYLOAD, Buffer.of(0, 0, 3)]));
    expect(new SrtpReceiver(KEYS).unprotectRtp(packet)?.payload).toEqual(PAYLOAD);
  });

  test('takes packets out of order, each once', () => {
    const sender = new SrtpSender(KEYS);
    const receiver = new SrtpReceiver(KEYS);
    const sent = [0, 30_000, 60_000, 65_534, 65_535, 65_536, 65_537, 65_539, 65_540];
    const packets = new Map(sent.map((index) => [index, sender.protectRtp(headerOf(index), Buffer.of(1))]));
    const arriving = [0, 30_000, 60_000, 65_535, 65_537, 65_536, 65_534, 65_540, 65_539];
    const isTaken = (index: number) => receiver.unprotectRtp(packets.get(index) ?? PAYLOAD) !== undefined;
    expect(arriving.map(isTaken)).not.toContain(false);
    expect(arriving.map(isTaken)).not.toContain(true);
  });

  test('leaves header extensions in the clear and covers them by the tag', () => {
    const header = writeRtpHeader(
      { payloadType: 99, marker: true, sequenceNumber: 1, timestamp: 0, ssrc: 1 },
      [{ id: 5, data: Buffer.of(0, 0, 0) }],
    );
    const packet = new SrtpSender(KEYS).protectRtp(header, PAYLOAD);
    expect(new SrtpReceiver(KEYS).unprotectRtp(packet)).toMatchObject({ marker: true, payload: PAYLOAD });
    packet[17] = (packet[17] ?? 0) ^ 1;
    expect(new SrtpReceiver(KEYS).unprotectRtp(packet)).toBeUndefined();
  });

  test('a packet changed in any byte is refused and does not disturb those after it', () => {
    const sender = new SrtpSender(KEYS);
    const receiver = new SrtpReceiver(KEYS);
    const packet = sender.protectRtp(headerOf(1), PAYLOAD);
    for (let i = 0; i < packet.length; i += 1) {
      const changed = Buffer.from(packet);
      changed[i] = (changed[i] ?? 0) ^ 0x10;
      expect(receiver.unprotectRtp(changed)).toBeUndefined();
    }
    expect(receiver.unprotectRtp(packet)).toBeDefined();
  });
});

describe('SRTCP', () => {
  test('arrives as it was sent, each packet once', () => {
    const sender = new SrtpSender(KEYS);
    const receiver = new SrtpReceiver(KEYS);
    const packets = Array.from({ length: 10 }, () => sender.protectRtcp(REPORT));
    for (const packet of packets) expect(receiver.unprotectRtcp(packet)).toEqual(REPORT);
    for (const packet of packets) expect(receiver.unprotectRtcp(packet)).toBeUndefined();
  });
});

describe('with werift at the other end', () => {
  const session = {
    keys: {
      localMasterKey: KEYS.masterKey,
      localMasterSalt: KEYS.masterSalt,
      remoteMasterKey: KEYS.masterKey,
      remoteMasterSalt: KEYS.masterSalt,
    },
    profile: 1,
  } as const;

  test('both understand each other’s SRTP', () => {
    const [theirs, sender, receiver] = [
      new SrtpSession(session),
      new SrtpSender(KEYS),
      new SrtpReceiver(KEYS),
    ];
    for (let i = 65_000; i < 66_000; i += 1) {
      const header = headerOf(i);
      const plain = Buffer.concat([header, PAYLOAD]);
      const ours = sender.protectRtp(header, PAYLOAD);
      expect(theirs.decrypt(ours)).toEqual(plain);
      expect(theirs.encrypt(PAYLOAD, RtpHeader.deSerialize(plain))).toEqual(ours);
      expect(receiver.unprotectRtp(ours)).toMatchObject({ index: i, payload: PAYLOAD });
    }
  });

  test('both understand each other’s SRTCP', () => {
    const [theirs, sender, receiver] = [
      new SrtcpSession(session),
      new SrtpSender(KEYS),
      new SrtpReceiver(KEYS),
    ];
    for (let i = 0; i < 10; i += 1) {
      expect(theirs.decrypt(sender.protectRtcp(REPORT))).toEqual(REPORT);
      expect(receiver.unprotectRtcp(theirs.encrypt(REPORT))).toEqual(REPORT);
    }
  });
});

describe('garbage', () => {
  test('keys of another suite get a named error that says what is wrong', () => {
    const long = { ...KEYS, masterKey: Buffer.alloc(32) };
    expect(() => new SrtpSender(long)).toThrow(SrtpKeyError);
    expect(() => new SrtpReceiver({ ...KEYS, masterSalt: Buffer.alloc(12) })).toThrow(/salt has 12 bytes/);
  });

  test.each(Array.from({ length: 200 }, (_, seed) => seed))(
    'random packets give nothing (seed %i)',
    (seed) => {
      const receiver = new SrtpReceiver(KEYS);
      const bytes = pseudoRandomBytes(seed % 80, seed);
      if (bytes.length > 0) bytes[0] = 0x80 | ((bytes[0] ?? 0) & 0x3f);
      expect(receiver.unprotectRtp(bytes)).toBeUndefined();
      expect(receiver.unprotectRtcp(bytes)).toBeUndefined();
    },
  );
});
