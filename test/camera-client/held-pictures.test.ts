import { expect, test } from '@jest/globals';
import { HeldPictures } from '../../camera-client/held-pictures.ts';

const SPS = Buffer.from('6742c01fd9', 'hex');
const PPS = Buffer.from('68cb83cb20', 'hex');
const IDR = Buffer.from('65888400', 'hex');
const OTHER = Buffer.from('419a0000', 'hex');
const PICTURE_TICKS = 3_000;

/** The pictures' packets, numbered from `firstIndex` on; each inner list is a picture. */
function packetsOf(pictures: readonly (readonly Buffer[])[], firstIndex = 0, firstTimestamp = 0) {
  const payloads = pictures.flatMap((picture, n) =>
    picture.map((payload, i) => ({ payload, n, marker: i === picture.length - 1 })),
  );
  return payloads.map(({ payload, n, marker }, i) => ({
    index: firstIndex + i,
    timestamp: (firstTimestamp + n * PICTURE_TICKS) % 2 ** 32,
    marker,
    payload,
  }));
}

function hold(packets: ReturnType<typeof packetsOf>): HeldPictures {
  const held = new HeldPictures();
  for (const packet of packets) held.add(packet);
  return held;
}

test('what is held begins with the newest key frame and its parameter sets', () => {
  const held = hold(packetsOf([[OTHER], [SPS, PPS, IDR], [OTHER], [SPS, PPS, IDR], [OTHER], [OTHER]]));
  expect(held.take().map(({ index }) => index)).toEqual([5, 6, 7, 8, 9]);
  expect(held.take()).toEqual([]);
});

test('without a key frame nothing is held', () => {
  expect(hold(packetsOf([[OTHER], [OTHER]])).take()).toEqual([]);
});

test('past pictures seem to have been taken just before the last one', () => {
  const held = hold(packetsOf([[SPS, PPS, IDR], [OTHER], [OTHER]], 0, 2 ** 32 - PICTURE_TICKS));
  const last = PICTURE_TICKS;
  expect(held.take().map(({ timestamp }) => timestamp)).toEqual([
    ...[last - 180, last - 180, last - 180],
    last - 90,
    last,
  ]);
});

test('after a loss nothing is held until the next key frame', () => {
  const held = hold(packetsOf([[SPS, PPS, IDR], [OTHER]]));
  for (const packet of packetsOf([[OTHER]], 5, 9_000)) held.add(packet);
  expect(held.take()).toEqual([]);
  for (const packet of packetsOf([[OTHER], [SPS, PPS, IDR]], 6, 12_000)) held.add(packet);
  expect(held.take().map(({ index }) => index)).toEqual([7, 8, 9]);
});

test('a group of pictures that has become too long to send at once is let go', () => {
  const others = Array.from({ length: 600 }, () => [OTHER]);
  expect(hold(packetsOf([[SPS, PPS, IDR], ...others])).take()).toEqual([]);
});

test('two seconds at 2 Mbit/s are held: a camera may make no key frame before', () => {
  const others = Array.from({ length: 430 }, () => [OTHER]);
  expect(hold(packetsOf([[SPS, PPS, IDR], ...others])).take()).toHaveLength(433);
});

test('what is held can be looked at as it came, and is held on', () => {
  const held = new HeldPictures();
  const packets = packetsOf([[OTHER], [SPS, PPS, IDR], [OTHER]]);
  for (const packet of packets) held.add(packet);
  expect(held.packets).toEqual(packets.slice(1));
  expect(held.take()).toHaveLength(4);
  expect(held.packets).toEqual([]);
});
