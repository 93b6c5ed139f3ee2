import { isVcl, nalTypeOf } from '../h264-nal.ts';

const LENGTH_BYTES = 4;

/**
 * A picture as a sample of `avc1`: its slices, each after a length of four bytes. Parameter sets are in the description
 * and not here. It has bytes of its own, so that it keeps nothing alive that the NAL units are a part of.
 */
export function avcSample(nalUnits: readonly Buffer[]): Buffer {
  const slices = nalUnits.filter((nalUnit) => isVcl(nalTypeOf(nalUnit)));
  const bytes = slices.reduce((sum, slice) => sum + LENGTH_BYTES + slice.length, 0);
  const sample = Buffer.allocUnsafeSlow(bytes);
  let offset = 0;
  for (const slice of slices) {
    offset = sample.writeUInt32BE(slice.length, offset);
    offset += slice.copy(sample, offset);
  }
  return sample;
}
