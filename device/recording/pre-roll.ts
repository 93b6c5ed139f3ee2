import { accessUnitBytes, type AccessUnit } from '../../media/access-unit.ts';

const MICROSECONDS_PER_SECOND = 1_000_000;
const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;

interface Group {
  readonly units: AccessUnit[];
  bytes: number;
}

/** The newest pictures, in whole groups from a key frame on: enough for `seconds`, and never more than `maxBytes`. */
export class PreRoll {
  readonly #seconds: number;
  readonly #maxBytes: number;
  #groups: Group[] = [];

  constructor(seconds: number, maxBytes = DEFAULT_MAX_BYTES) {
    this.#seconds = seconds;
    this.#maxBytes = maxBytes;
  }

  /** In order, beginning with a key frame. */
  get units(): readonly AccessUnit[] {
    return this.#groups.flatMap(({ units }) => units);
  }

  add(unit: AccessUnit): void {
    if (unit.isKeyframe) this.#groups.push({ units: [], bytes: 0 });
    const newest = this.#groups.at(-1);
    if (!newest) return;
    newest.units.push(unit);
    newest.bytes += accessUnitBytes(unit);
    this.#dropOld(unit.captureTimeUs);
  }

  /** What comes next does not continue what came before. */
  forget(): void {
    this.#groups = [];
  }

  #dropOld(nowUs: number): void {
    const sinceUs = nowUs - this.#seconds * MICROSECONDS_PER_SECOND;
    while (this.#isSecondOlderThan(sinceUs)) this.#groups.shift();
    while (this.#bytes() > this.#maxBytes) this.#groups.shift();
  }

  /** The first group is needed as long as the second begins too late to cover what is wanted. */
  #isSecondOlderThan(sinceUs: number): boolean {
    const second = this.#groups[1]?.units[0];
    return second !== undefined && second.captureTimeUs <= sinceUs;
  }

  #bytes(): number {
    return this.#groups.reduce((bytes, group) => bytes + group.bytes, 0);
  }
}
