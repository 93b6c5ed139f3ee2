import type { AccessUnit } from '../../media/access-unit.ts';
import { NalType, nalTypeOf } from '../../media/h264-nal.ts';

/** Remembers the newest SPS and PPS, and puts them in front of key frames that come without. */
export class ParameterSets {
  #sps: readonly Buffer[] = [];
  #pps: readonly Buffer[] = [];

  /** The access unit as a new viewer needs it; undefined for a key frame that nobody could decode yet. */
  complete(unit: AccessUnit): AccessUnit | undefined {
    const sps = unit.nalUnits.filter((nalUnit) => nalTypeOf(nalUnit) === NalType.sps);
    const pps = unit.nalUnits.filter((nalUnit) => nalTypeOf(nalUnit) === NalType.pps);
    if (sps.length > 0) this.#sps = sps;
    if (pps.length > 0) this.#pps = pps;
    if (!unit.isKeyframe || (sps.length > 0 && pps.length > 0)) return unit;
    if (this.#sps.length === 0 || this.#pps.length === 0) return undefined;
    const rest = unit.nalUnits.filter((nalUnit) => !sps.includes(nalUnit) && !pps.includes(nalUnit));
    return { ...unit, nalUnits: [...this.#sps, ...this.#pps, ...rest] };
  }

  forget(): void {
    this.#sps = [];
    this.#pps = [];
  }
}
