/** Packets that overtake each other do so by little; a packet that is only late is not asked for. */
const REORDERING_MS = 3;
/** Of one request, until the way there and back has been measured. */
const ASSUMED_ROUND_TRIP_MS = 30;
const SHORTEST_COOL_DOWN_MS = 20;
const LONGEST_COOL_DOWN_MS = 250;
/** An answer takes a little longer at times; asking again too soon brings a packet twice. */
const COOL_DOWN_ROUND_TRIPS = 1.5;
/** With more missing than this the picture is lost anyway; a key frame is the shorter way back to it. */
const MOST_MISSING = 256;
/** What comes after it has been given up still tells how long the way is. */
const REMEMBERED_MS = 1_000;
const NEW_SAMPLE_SHARE = 0.25;

interface Missing {
  readonly sinceMs: number;
  askedAtMs: number;
  timesAsked: number;
  isGivenUp: boolean;
}

/** Which packets of a stream have not come, and when to ask for each. Numbers are indexes, which do not wrap. */
export class MissingPackets {
  readonly #missing = new Map<number, Missing>();
  #highest: number | undefined;
  #roundTripMs: number | undefined;

  /** From a request to its answer; undefined until it has been measured. */
  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  get highest(): number | undefined {
    return this.#highest;
  }

  get isEmpty(): boolean {
    return this.#missing.size === 0;
  }

  /** Takes note of a packet. @returns false when it is so far ahead that what lies between is not worth asking for. */
  handleArrival(index: number, nowMs: number): boolean {
    const first = (this.#highest ?? index - 1) + 1;
    if (index < first) {
      this.#missing.delete(index);
      return true;
    }
    this.#highest = index;
    if (index - first > MOST_MISSING) {
      this.#missing.clear();
      return false;
    }
    for (let lost = first; lost < index; lost += 1) {
      this.#missing.set(lost, { sinceMs: nowMs, askedAtMs: 0, timesAsked: 0, isGivenUp: false });
    }
    return true;
  }

  /** Takes note of a packet that was sent again, which tells how long the way is. */
  handleRepair(index: number, nowMs: number): void {
    const missing = this.#missing.get(index);
    this.#missing.delete(index);
    if (missing?.timesAsked !== 1) return;
    const sampleMs = nowMs - missing.askedAtMs;
    const beforeMs = this.#roundTripMs ?? sampleMs;
    this.#roundTripMs = beforeMs + (sampleMs - beforeMs) * NEW_SAMPLE_SHARE;
  }

  /** Nobody waits any longer for packets before this one. */
  giveUpBefore(index: number, nowMs: number): void {
    for (const [lost, missing] of this.#missing) {
      if (lost < index) missing.isGivenUp = true;
      if (missing.isGivenUp && nowMs - missing.sinceMs > REMEMBERED_MS) this.#missing.delete(lost);
    }
  }

  /** The indexes to ask for now, lowest first; they count as asked for. */
  takeDue(nowMs: number): number[] {
    const due: number[] = [];
    for (const [index, missing] of this.#missing) {
      if (missing.isGivenUp || this.#dueAtMs(missing) > nowMs) continue;
      missing.askedAtMs = nowMs;
      missing.timesAsked += 1;
      due.push(index);
    }
    return due;
  }

  /** When there will be something to ask for; undefined when never. */
  dueAtMs(): number | undefined {
    let earliestMs: number | undefined;
    for (const missing of this.#missing.values()) {
      if (!missing.isGivenUp) earliestMs = Math.min(earliestMs ?? Infinity, this.#dueAtMs(missing));
    }
    return earliestMs;
  }

  #dueAtMs({ sinceMs, askedAtMs, timesAsked }: Missing): number {
    return timesAsked === 0 ? sinceMs + REORDERING_MS : askedAtMs + this.#coolDownMs();
  }

  #coolDownMs(): number {
    const wantedMs = (this.#roundTripMs ?? ASSUMED_ROUND_TRIP_MS) * COOL_DOWN_ROUND_TRIPS;
    return Math.min(Math.max(wantedMs, SHORTEST_COOL_DOWN_MS), LONGEST_COOL_DOWN_MS);
  }
}
