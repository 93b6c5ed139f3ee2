import { box, fullBox, uint32, uint64 } from './box.ts';

export interface Sample {
  readonly data: Buffer;
  /** In its track's timescale. */
  readonly duration: number;
  /** True when decoding can begin with it. */
  readonly isSync: boolean;
}

/** What one track has in a fragment. */
export interface TrackRun {
  readonly track: number;
  /** Of the first sample, in the track's timescale, from the beginning of the recording. */
  readonly decodeTime: number;
  readonly samples: readonly Sample[];
}

const BASE_IS_MOOF = 0x02_0000;
const HAS_OFFSET_DURATION_SIZE_FLAGS = 0x01 | 0x100 | 0x200 | 0x400;
const SYNC_SAMPLE = 0x0200_0000;
const DEPENDENT_SAMPLE = 0x0101_0000;

/**
 * One fragment (`moof` and `mdat`, ISO/IEC 14496-12 §8.8).
 * @param sequenceNumber counts the fragments of a recording from 1.
 */
export function mediaSegment(sequenceNumber: number, runs: readonly TrackRun[]): Buffer {
  const filled = runs.filter(({ samples }) => samples.length > 0);
  const headerBytes = movieFragment(sequenceNumber, filled, 0).length;
  const header = movieFragment(sequenceNumber, filled, headerBytes + 8);
  return Buffer.concat([
    header,
    box('mdat', ...filled.flatMap(({ samples }) => samples.map(({ data }) => data))),
  ]);
}

/** @param firstOffset of the first sample's bytes, from the beginning of this box. */
function movieFragment(sequenceNumber: number, runs: readonly TrackRun[], firstOffset: number): Buffer {
  let offset = firstOffset;
  const tracks = runs.map((run) => {
    const fragment = trackFragment(run, offset);
    offset += run.samples.reduce((bytes, { data }) => bytes + data.length, 0);
    return fragment;
  });
  return box('moof', fullBox('mfhd', 0, 0, uint32(sequenceNumber)), ...tracks);
}

function trackFragment({ track, decodeTime, samples }: TrackRun, offset: number): Buffer {
  const fields = samples.flatMap(({ data, duration, isSync }) => [
    duration,
    data.length,
    isSync ? SYNC_SAMPLE : DEPENDENT_SAMPLE,
  ]);
  return box(
    'traf',
    fullBox('tfhd', 0, BASE_IS_MOOF, uint32(track)),
    fullBox('tfdt', 1, 0, uint64(decodeTime)),
    fullBox('trun', 0, HAS_OFFSET_DURATION_SIZE_FLAGS, uint32(samples.length, offset, ...fields)),
  );
}
