import { describe, expect, test } from '@jest/globals';
import { NalUnitSplitter, NalUnitTooLargeError } from '../../media/annex-b.ts';

const STREAM = Buffer.from(
  '000000016742 000001 68ce 0000 0001 65880000 0300 00 000001 419a'.replaceAll(' ', ''),
  'hex',
);
const NAL_UNITS = ['6742', '68ce', '6588000003', '419a'];

function split(chunks: readonly Buffer[]): string[] {
  const splitter = new NalUnitSplitter();
  const arrived = chunks.flatMap((chunk, index) => splitter.push(chunk, index));
  const last = splitter.flush();
  return [...arrived, ...(last ? [last] : [])].map(({ nalUnit }) => nalUnit.toString('hex'));
}

function inChunksOf(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
}

describe('the NAL unit splitter', () => {
  test.each([1, 2, 3, 4, 5, 7, 11, 100])('cuts mixed start codes the same in chunks of %i bytes', (size) => {
    expect(split(inChunksOf(STREAM, size))).toEqual(NAL_UNITS);
  });

  test('gives a NAL unit only when the next start code is there', () => {
    const splitter = new NalUnitSplitter();
    expect(splitter.push(Buffer.from('00000001674200', 'hex'), 1)).toEqual([]);
    expect(splitter.push(Buffer.from('000168', 'hex'), 2)).toEqual([
      { nalUnit: Buffer.from('6742', 'hex'), arrivedAtUs: 1 },
    ]);
    expect(splitter.peekOpen()).toEqual({ nalUnit: Buffer.from('68', 'hex'), arrivedAtUs: 2 });
  });

  test('skips and counts what comes before the first start code', () => {
    const splitter = new NalUnitSplitter();
    splitter.push(Buffer.from('not h264 at all'), 0);
    splitter.push(Buffer.from('0000000165', 'hex'), 0);
    expect(splitter.skippedBytes).toBe(15);
    expect(splitter.flush()?.nalUnit.toString('hex')).toBe('65');
  });

  test('gives nothing for start codes with nothing between them', () => {
    expect(split([Buffer.from('00000100000001000001', 'hex')])).toEqual([]);
  });

  test('hands out memory that later pushes do not change', () => {
    const splitter = new NalUnitSplitter();
    const chunk = Buffer.from('0000016742000001', 'hex');
    const [first] = splitter.push(chunk, 0);
    chunk.fill(0xff);
    splitter.push(Buffer.alloc(100, 0xee), 0);
    expect(first?.nalUnit.toString('hex')).toBe('6742');
  });

  test('names the limit when a NAL unit does not end, and goes on at the next start code', () => {
    const splitter = new NalUnitSplitter({ maxNalUnitBytes: 1000 });
    splitter.push(Buffer.from('00000165', 'hex'), 0);
    expect(() => splitter.push(Buffer.alloc(1001, 0x55), 0)).toThrow(NalUnitTooLargeError);
    expect(() => splitter.push(Buffer.alloc(5000, 0x55), 0)).not.toThrow();
    const arrived = splitter.push(Buffer.from('0000016742000001', 'hex'), 0);
    expect(arrived.map(({ nalUnit }) => nalUnit.toString('hex'))).toEqual(['6742']);
  });

  test('takes a chunk larger than the limit when its NAL units are not', () => {
    const chunk = Buffer.concat(
      Array.from({ length: 4000 }, () => Buffer.from('00000141ffffffffffffffffffff', 'hex')),
    );
    const splitter = new NalUnitSplitter({ maxNalUnitBytes: 100 * 1024 });
    expect(splitter.push(chunk, 0)).toHaveLength(3999);
  });
});
