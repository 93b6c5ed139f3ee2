import { expect, test } from '@jest/globals';
import { BadLink } from '../../bench/endurance/bad-link.ts';
import { writeRtpHeader } from '../../media/rtp.ts';

const VIDEO = 102;
const packet = (sequenceNumber: number, payloadType = VIDEO) =>
  writeRtpHeader({ payloadType, sequenceNumber, marker: false, timestamp: 0, ssrc: 1 });
const CLEAN = { lostShare: 0, lateShare: 0, lostAtWrap: 0 };

test('a clean link passes everything on at once', () => {
  const link = new BadLink(CLEAN, VIDEO, 0);
  for (let n = 0; n < 70_000; n += 1) expect(link.fateOf(packet(n & 0xffff))).toBe(0);
});

test('as many packets are lost and late as was said', () => {
  const link = new BadLink({ lostShare: 0.01, lateShare: 0.02, lostAtWrap: 0 }, VIDEO, 7);
  const fates = Array.from({ length: 20_000 }, () => link.fateOf(packet(1_000)));
  expect(fates.filter((fate) => fate === 'lost').length / fates.length).toBeCloseTo(0.01, 2);
  expect(fates.filter((fate) => typeof fate === 'number' && fate > 0).length / fates.length).toBeCloseTo(
    0.02,
    2,
  );
});

test('all packets around the number 0 are lost, but not their retransmissions', () => {
  const link = new BadLink({ ...CLEAN, lostAtWrap: 4 }, VIDEO, 0);
  const numbers = [65_533, 65_534, 65_535, 0, 1, 2, 3];
  const fates = numbers.map((number) => link.fateOf(packet(number)));
  expect(fates).toEqual([0, 'lost', 'lost', 'lost', 'lost', 0, 0]);
  expect(link.fateOf(packet(0, VIDEO + 1))).toBe(0);
  expect(link.wraps).toBe(1);
});
