/** One coded picture (H.264 "access unit", ITU-T H.264 §3.1) as it travels through Picam. */
export interface AccessUnit {
  /** In decoding order, without start codes, without access unit delimiters and filler. */
  readonly nalUnits: readonly Buffer[];
  /** When the picture's first byte arrived, on a monotonic clock, in microseconds. */
  readonly captureTimeUs: number;
  /** True when the picture is an IDR: decoding can begin here. */
  readonly isKeyframe: boolean;
}

const START_CODE = Buffer.from([0, 0, 0, 1]);

/** Writes NAL units as an Annex B byte stream: each after a four-byte start code. */
export function nalUnitsToAnnexB(nalUnits: readonly Buffer[]): Buffer {
  return Buffer.concat(nalUnits.flatMap((nalUnit) => [START_CODE, nalUnit]));
}

/** Writes one access unit as an Annex B byte stream. */
export function accessUnitToAnnexB(unit: AccessUnit): Buffer {
  return nalUnitsToAnnexB(unit.nalUnits);
}

/** The bytes of all NAL units together, without start codes. */
export function accessUnitBytes(unit: AccessUnit): number {
  return unit.nalUnits.reduce((bytes, nalUnit) => bytes + nalUnit.length, 0);
}
