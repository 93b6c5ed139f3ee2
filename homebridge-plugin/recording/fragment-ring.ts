import type { Fragment } from '../../camera-client/fragments/fragment-builder.ts';

const TICKS_PER_MS = 90;

export interface RingLimits {
  /** So far back the ring reaches, as soon as it has run for so long. */
  readonly preRollMs: number;
  readonly maxBytes: number;
}

export interface NumberedFragment {
  readonly number: number;
  readonly fragment: Fragment;
}

/** The newest fragments: enough for the pre-roll, and never more bytes than allowed. */
export class FragmentRing {
  readonly #preRollTicks: number;
  readonly #maxBytes: number;
  #kept: NumberedFragment[] = [];
  #bytes = 0;
  #added = 0;

  constructor({ preRollMs, maxBytes }: RingLimits) {
    this.#preRollTicks = preRollMs * TICKS_PER_MS;
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#kept.length;
  }

  add(fragment: Fragment): void {
    // A recording begins with one description of its pictures; what came before another one is of no use any more.
    if (this.#kept.at(-1)?.fragment.isLast) this.clear();
    this.#kept.push({ number: this.#added, fragment });
    this.#added += 1;
    this.#bytes += fragment.bytes;
    this.#dropOld(fragment.startTicks + fragment.durationTicks);
  }

  clear(): void {
    this.#kept = [];
    this.#bytes = 0;
  }

  /** Where a recording that begins now starts to read: with the oldest fragment that it can go on from. */
  get beginning(): number {
    const [oldest] = this.#kept;
    return oldest && !this.#kept.at(-1)?.fragment.isLast ? oldest.number : this.#added;
  }

  /** The first that is kept of those from `number` on. */
  from(number: number): NumberedFragment | undefined {
    return this.#kept.find((entry) => entry.number >= number);
  }

  /** What comes next is not complete yet and counts from the end of the newest: the pre-roll reaches back from there. */
  #dropOld(endTicks: number): void {
    const sinceTicks = endTicks - this.#preRollTicks;
    while ((this.#kept[1]?.fragment.startTicks ?? Infinity) <= sinceTicks) this.#dropOldest();
    while (this.#bytes > this.#maxBytes) this.#dropOldest();
  }

  #dropOldest(): void {
    this.#bytes -= this.#kept.shift()?.fragment.bytes ?? 0;
  }
}
