import { readFileSync } from 'node:fs';
import type { AccessUnit } from '../../media/access-unit.ts';
import { AccessUnitSplitter } from '../../media/access-unit-splitter.ts';

const RECORDING = new URL('../../test/data/rpicam/recommended-720p30.h264', import.meta.url);

/** What a real camera sent in three seconds: 720p30 of 2 Mbit/s, a key frame each second. */
export function readRecording(): AccessUnit[] {
  const splitter = new AccessUnitSplitter();
  const units = splitter.push(readFileSync(RECORDING), 0);
  const last = splitter.endOfInput();
  return last ? [...units, last] : units;
}
