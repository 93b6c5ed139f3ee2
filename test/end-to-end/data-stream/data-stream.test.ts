import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { DataStreamParser, DataStreamReader, DataStreamWriter, Int64 } from '@homebridge/hap-nodejs';
import { dataStreamKeys, FrameReader, FrameWriter } from './frames.ts';
import { decodeValue, encodeValue, type DataStreamValue } from './values.ts';

const VALUES: readonly DataStreamValue[] = [
  null,
  true,
  false,
  ...[0, 38, 39, 40, 127, 128, 40_000, 2 ** 31 - 1, -1, -100],
  ...['', 'dataSend', 'x'.repeat(40), 'y'.repeat(300), 'z'.repeat(66_000)],
  Buffer.from('010203', 'hex'),
  Buffer.alloc(200, 7),
  Buffer.alloc(66_000, 8),
  [1, [2, 'three'], { four: 5 }],
  { protocol: 'dataSend', event: 'data', again: 'dataSend', packets: [{ metadata: { size: 99_999 } }] },
];

/** HAP-NodeJS cannot read short data, and nothing long is ever sent here. */
const WRITTEN = VALUES.filter((value) => !isLong(value) && !(Buffer.isBuffer(value) && value.length <= 32));

describe('the data stream of these tests', () => {
  test('reads what HAP-NodeJS writes, repetitions too', () => {
    for (const value of VALUES) {
      const writer = new DataStreamWriter();
      DataStreamParser.encode(value, writer);
      expect(decodeValue(Buffer.from(writer.getData()))).toEqual(value);
    }
    const writer = new DataStreamWriter();
    DataStreamParser.encode({ id: new Int64(7), status: new Int64(7) }, writer);
    expect(decodeValue(Buffer.from(writer.getData()))).toEqual({ id: 7, status: 7 });
  });

  test('writes what HAP-NodeJS reads', () => {
    for (const value of WRITTEN)
      expect(DataStreamParser.decode(new DataStreamReader(encodeValue(value)))).toEqual(value);
  });

  test('gives frames back however they are cut, and refuses one that was changed', () => {
    const { toAccessory } = dataStreamKeys(randomBytes(32), randomBytes(32), randomBytes(32));
    const writer = new FrameWriter(toAccessory);
    const contents = [Buffer.from('one'), Buffer.alloc(5_000, 2), Buffer.from('three')];
    const stream = Buffer.concat(contents.map((content) => writer.write(content)));
    const reader = new FrameReader(toAccessory);
    const read = [...stream].flatMap((byte) => reader.read(Buffer.of(byte)));
    expect(read).toEqual(contents);
    const changed = writer.write(Buffer.from('four'));
    changed[5] = (changed[5] ?? 0) ^ 1;
    expect(() => reader.read(changed)).toThrow();
  });
});

function isLong(value: DataStreamValue): boolean {
  return (typeof value === 'string' || Buffer.isBuffer(value)) && value.length > 255;
}
