import { expect, test } from '@jest/globals';
import { PacketPacer } from '../../../device/viewer-session/packet-pacer.ts';
import { waitUntil } from '../../support/wait-until.ts';

test('a key frame goes out at once, and a whole group of pictures in order but not in one go', async () => {
  const sent: number[] = [];
  const pacer = new PacketPacer<number>((packet) => sent.push(packet));
  const packets = Array.from({ length: 400 }, (_, index) => index);
  pacer.add(packets.slice(0, 60));
  expect(sent).toHaveLength(60);
  pacer.add(packets.slice(60));
  expect(sent.length).toBeLessThan(200);
  await waitUntil('all packets', () => sent.length === packets.length);
  expect(sent).toEqual(packets);
  pacer.close();
});

test('it is congested when more waits than can be caught up with, and forgets it when closed', () => {
  const sent: number[] = [];
  const pacer = new PacketPacer<number>((packet) => sent.push(packet));
  pacer.add(Array.from({ length: 2_000 }, (_, index) => index));
  expect(pacer.congested).toBe(true);
  pacer.close();
  expect(pacer.congested).toBe(false);
});
