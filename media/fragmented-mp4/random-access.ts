import { box, fullBox, uint32, uint64 } from './box.ts';

/** Where a fragment that decoding can begin with is. */
export interface AccessPoint {
  /** Of its first sample, in the track's timescale. */
  readonly time: number;
  /** Of its first byte in the file. */
  readonly position: number;
}

/** In the fragment: its first track, run and sample. */
const AT_THE_BEGINNING = Buffer.of(1, 1, 1);

/** What a finished file ends with (`mfra`, ISO/IEC 14496-12 §8.8.9), so that players need not read all of it to seek. */
export function randomAccessIndex(track: number, points: readonly AccessPoint[]): Buffer {
  const entries = points.flatMap(({ time, position }) => [uint64(time), uint64(position), AT_THE_BEGINNING]);
  const table = fullBox('tfra', 1, 0, uint32(track, 0, points.length), ...entries);
  const offset = fullBox('mfro', 0, 0, uint32(8 + table.length + 16));
  return box('mfra', table, offset);
}
