import { readFileSync } from 'node:fs';
import type { AccessUnit } from '../../media/access-unit.ts';
import { AccessUnitSplitter } from '../../media/access-unit-splitter.ts';

/** The bytes of a recording in test/data/rpicam, by its name there. */
export function readRecording(name: string): Buffer {
  return readFileSync(new URL(`../data/rpicam/${name}.h264`, import.meta.url));
}

/** A recording's access units, 1 µs of capture time a chunk. */
export function accessUnitsOf(bytes: Buffer, chunkBytes = 32 * 1024): AccessUnit[] {
  const splitter = new AccessUnitSplitter();
  const units: AccessUnit[] = [];
  for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
    units.push(...splitter.push(bytes.subarray(offset, offset + chunkBytes), offset / chunkBytes));
  }
  const last = splitter.endOfInput();
  return last === undefined ? units : [...units, last];
}

/** The same bytes for the same seed, for tests that throw garbage at parsers. */
export function pseudoRandomBytes(count: number, seed: number): Buffer {
  const bytes = Buffer.alloc(count);
  let state = seed * 2654435761 + 1;
  for (let i = 0; i < count; i += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
