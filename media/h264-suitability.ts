import type { AccessUnit } from './access-unit.ts';
import { containsBSlice, NalType, nalTypeOf } from './h264-nal.ts';
import { parseSps, profileName, type SequenceParameterSet } from './h264-sps.ts';

const REMEDY = 'encode without them: rpicam-vid --profile baseline, ffmpeg -bf 0';

/**
 * Says in words why a picture cannot be sent to viewers as it is, or undefined when it can. Real-time viewers show
 * pictures in the order they arrive, so a stream with B-frames jerks back and forth; Apple Home shows key frames only.
 */
export function whyUnsuitable(unit: AccessUnit): string | undefined {
  const sps = findSps(unit);
  if ((sps?.maxNumReorderFrames ?? 0) > 0 && sps !== undefined) {
    return `the stream (${describe(sps)}) announces B-frames, which cannot be shown live; ${REMEDY}`;
  }
  if (containsBSlice(unit.nalUnits)) return `the stream has B-frames, which cannot be shown live; ${REMEDY}`;
  return undefined;
}

/** The access unit's first readable sequence parameter set. */
export function findSps(unit: AccessUnit): SequenceParameterSet | undefined {
  const nalUnit = unit.nalUnits.find((candidate) => nalTypeOf(candidate) === NalType.sps);
  return nalUnit && parseSps(nalUnit);
}

function describe(sps: SequenceParameterSet): string {
  return `${profileName(sps)}, ${sps.width}x${sps.height}`;
}
