import type { AccessUnit } from '../../media/access-unit.ts';

/** Sees all that the camera gives while it is on, without being a viewer or keeping it on. Must not throw or block. */
export interface StreamObserver {
  /** Key frames have SPS and PPS in front. The first one after a gap is a key frame. */
  handleAccessUnit(unit: AccessUnit): void;
  /** The camera was turned off, or failed: what comes next does not continue what came before. */
  handleGap(): void;
}
