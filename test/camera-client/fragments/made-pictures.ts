import type { ParameterSets } from '../../../media/fragmented-mp4/sample-descriptions.ts';
import type { RecordedPicture } from '../../../camera-client/fragments/recorded-picture.ts';

export const SETS: ParameterSets = {
  sps: Buffer.from('6742c01fd9008804e2', 'hex'),
  pps: [Buffer.from('68cb83cb20', 'hex')],
};
export const OTHER_SETS: ParameterSets = { ...SETS, pps: [Buffer.from('68cb83cb21', 'hex')] };

export const TICKS_PER_S = 90_000;

/** A picture that nobody decodes. */
export function picture(
  atS: number,
  {
    isKeyframe = false,
    bytes = 100,
    parameterSets = SETS,
  }: Partial<RecordedPicture> & { bytes?: number } = {},
): RecordedPicture {
  return { ticks: Math.round(atS * TICKS_PER_S), isKeyframe, data: Buffer.alloc(bytes), parameterSets };
}

export function keyframe(atS: number, changes: { bytes?: number; parameterSets?: ParameterSets } = {}) {
  return picture(atS, { ...changes, isKeyframe: true });
}
