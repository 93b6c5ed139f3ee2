import type { ParameterSets } from '../../media/fragmented-mp4/sample-descriptions.ts';

/** One picture as it will be in a recording. */
export interface RecordedPicture {
  /** 90 kHz, as the camera's RTP counts; never going back, even when the view was set up anew. */
  readonly ticks: number;
  readonly isKeyframe: boolean;
  /** Its slices, each after a length of four bytes. */
  readonly data: Buffer;
  /** What decodes it. Equal ones are the same object. */
  readonly parameterSets: ParameterSets;
}

export function equalParameterSets(one: ParameterSets, other: ParameterSets): boolean {
  return (
    one.sps.equals(other.sps) &&
    one.pps.length === other.pps.length &&
    one.pps.every((pps, index) => other.pps[index]?.equals(pps))
  );
}
