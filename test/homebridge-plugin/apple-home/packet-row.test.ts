import { expect, test } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { PacketRow } from '../../../homebridge-plugin/apple-home/packet-row.ts';

const payload = Buffer.of(1);

function openRow() {
  const sent: number[][] = [];
  const row = new PacketRow((packets) => sent.push(packets.map(({ sequenceNumber }) => sequenceNumber)));
  const push = (sequenceNumber: number, timestamp: number, marker = false) =>
    row.push({ sequenceNumber, timestamp, marker, payload });
  return { row, sent, push };
}

test('a picture leaves with its last packet, over the wrap of the numbers too', async () => {
  const { sent, push } = openRow();
  push(65_534, 1);
  push(65_535, 1);
  expect(sent).toEqual([]);
  push(0, 1, true);
  expect(sent).toEqual([[65_534, 65_535, 0]]);
  await turn();
  expect(sent).toHaveLength(1);
});

test('what has come of a picture does not wait for the rest', async () => {
  const { sent, push } = openRow();
  push(1, 1);
  push(2, 1);
  await turn();
  expect(sent).toEqual([[1, 2]]);
  push(3, 1, true);
  expect(sent).toEqual([[1, 2], [3]]);
});

test('a gap and the next picture begin another row', () => {
  const { row, sent, push } = openRow();
  push(1, 1);
  push(3, 1);
  push(4, 2);
  expect(sent).toEqual([[1], [3]]);
  row.flush();
  row.flush();
  expect(sent).toEqual([[1], [3], [4]]);
});
