/** A packet may only be late: it is asked for after so long, or as long as others were late on this network. */
const SHORTEST_REORDERING_MS = 3;
const LONGEST_REORDERING_MS = 20;
const REORDERING_MARGIN = 1.25;
/** How much of what was learnt remains from one loss to the next. */
const REORDERING_MEMORY = 0.98;
/** Until the way there and back has been measured. */
const ASSUMED_ROUND_TRIP_MS = 30;
const SHORTEST_COOL_DOWN_MS = 12;
const LONGEST_COOL_DOWN_MS = 250;
/** An answer takes a little longer at times; asking again too soon brings a packet twice. */
const COOL_DOWN_ROUND_TRIPS = 1.5;
/** With more missing than this at once the picture is lost anyway; a key frame is the shorter way back to it. */
const MOST_MISSING = 256;
/** What comes after it has been given up still tells how long the way is. */
const REMEMBERED_MS = 1_000;
const NEW_SAMPLE_SHARE = 0.25;

interface Missing {
  readonly sinceMs: number;
  firstAskedAtMs: number | undefined;
  lastAskedAtMs: number;
  isGivenUp: boolean;
}

/** Which packets of a stream have not come, and when to ask for each. Numbers are indexes, which do not wrap. */
export class MissingPackets {
  readonly #missing = new Map<number, Missing>();
  readonly #repairsComeApart: boolean;
  #lowest: number | undefined;
  #highest: number | undefined;
  #roundTripMs: number | undefined;
  #reorderingMs = SHORTEST_REORDERING_MS;

  /** @param repairsComeApart true when what is sent again comes in a stream of its own, told by `handleRepair`. */
  constructor(repairsComeApart: boolean) {
    this.#repairsComeApart = repairsComeApart;
  }

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

  /** Takes note of a packet. @returns false when so many are missing before it that none will be asked for. */
  handleArrival(index: number, nowMs: number): boolean {
    const [lowest, highest] = [this.#lowest ?? index, this.#highest ?? index];
    this.#lowest = Math.min(lowest, index);
    this.#highest = Math.max(highest, index);
    if (index > highest) return this.#addBetween(highest, index, nowMs);
    // The first packets overtook each other.
    if (index < lowest) return this.#addBetween(index, lowest, nowMs);
    this.#handleLate(index, nowMs);
    return true;
  }

  /** Takes note of a packet that was sent again, which tells how long the way is. */
  handleRepair(index: number, nowMs: number): void {
    const { firstAskedAtMs } = this.#missing.get(index) ?? {};
    this.#missing.delete(index);
    if (firstAskedAtMs === undefined) return;
    // Which of several requests was answered is not known. The first is too long rather than too short.
    const sampleMs = nowMs - firstAskedAtMs;
    const beforeMs = this.#roundTripMs ?? sampleMs;
    this.#roundTripMs = beforeMs + (sampleMs - beforeMs) * NEW_SAMPLE_SHARE;
  }

  /** Nobody waits any longer for packets before this one. */
  giveUpBefore(index: number, nowMs: number): void {
    for (const [lost, missing] of this.#missing) {
      if (lost < index) missing.isGivenUp = true;
      if (missing.isGivenUp && nowMs >= missing.sinceMs + REMEMBERED_MS) this.#missing.delete(lost);
    }
  }

  /** The indexes to ask for now, which then count as asked for. */
  takeDue(nowMs: number): number[] {
    const due: number[] = [];
    for (const [index, missing] of this.#missing) {
      if (missing.isGivenUp || this.#dueAtMs(missing) > nowMs) continue;
      missing.firstAskedAtMs ??= nowMs;
      missing.lastAskedAtMs = nowMs;
      due.push(index);
    }
    return due;
  }

  /** When there will be something to ask for or to forget; undefined when never. */
  dueAtMs(): number | undefined {
    let earliestMs: number | undefined;
    for (const missing of this.#missing.values()) {
      const dueAtMs = missing.isGivenUp ? missing.sinceMs + REMEMBERED_MS : this.#dueAtMs(missing);
      earliestMs = Math.min(earliestMs ?? dueAtMs, dueAtMs);
    }
    return earliestMs;
  }

  #addBetween(before: number, after: number, nowMs: number): boolean {
    if (this.#missing.size + after - before > MOST_MISSING) {
      this.#missing.clear();
      return false;
    }
    for (let index = before + 1; index < after; index += 1) {
      const untold = { firstAskedAtMs: undefined, lastAskedAtMs: 0, isGivenUp: false };
      this.#missing.set(index, { sinceMs: nowMs, ...untold });
      this.#reorderingMs = Math.max(this.#reorderingMs * REORDERING_MEMORY, SHORTEST_REORDERING_MS);
    }
    return true;
  }

  #handleLate(index: number, nowMs: number): void {
    const missing = this.#missing.get(index);
    if (!missing) return;
    if (missing.firstAskedAtMs !== undefined && !this.#repairsComeApart) {
      this.handleRepair(index, nowMs);
      return;
    }
    this.#missing.delete(index);
    const lateMs = (nowMs - missing.sinceMs) * REORDERING_MARGIN;
    if (lateMs <= LONGEST_REORDERING_MS) this.#reorderingMs = Math.max(this.#reorderingMs, lateMs);
  }

  #dueAtMs({ sinceMs, firstAskedAtMs, lastAskedAtMs }: Missing): number {
    if (firstAskedAtMs === undefined) return sinceMs + this.#reorderingMs;
    return lastAskedAtMs + this.#coolDownMs();
  }

  #coolDownMs(): number {
    const wantedMs = (this.#roundTripMs ?? ASSUMED_ROUND_TRIP_MS) * COOL_DOWN_ROUND_TRIPS;
    return Math.min(Math.max(wantedMs, SHORTEST_COOL_DOWN_MS), LONGEST_COOL_DOWN_MS);
  }
}
