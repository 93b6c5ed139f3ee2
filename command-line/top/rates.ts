import type { DeviceStatistics } from '../../contract/device-statistics.ts';

const BITS_PER_BYTE = 8;
const BITS_PER_KILOBIT = 1_000;
/** A rate over so many answers is calm enough to be read, and still follows what happens. */
const MOST_KEPT = 4;

/** What only the growth between two answers tells. */
export interface Rates {
  readonly picturesPerS: number;
  /** What the encoder makes. */
  readonly videoKbps: number;
  /** What goes out to all viewers together, without headers and repetitions. */
  readonly sentKbps: number;
  /** Of one processor core. */
  readonly cpuShare: number;
}

/** The last answers of one camera. */
export class AnswerHistory {
  #answers: DeviceStatistics[] = [];

  /** @returns undefined for the first answer since the camera's daemon started. */
  add(answer: DeviceStatistics): Rates | undefined {
    const newest = this.#answers.at(-1);
    const isContinued = newest?.state.boot === answer.state.boot && answer.upS > newest.upS;
    this.#answers = [...(isContinued ? this.#answers.slice(-MOST_KEPT) : []), answer];
    const [oldest] = this.#answers;
    return oldest && oldest !== answer ? ratesBetween(oldest, answer) : undefined;
  }
}

function ratesBetween(before: DeviceStatistics, now: DeviceStatistics): Rates {
  const seconds = now.upS - before.upS;
  const perSecond = (read: (statistics: DeviceStatistics) => number) => (read(now) - read(before)) / seconds;
  const kbps = (read: (statistics: DeviceStatistics) => number) =>
    (perSecond(read) * BITS_PER_BYTE) / BITS_PER_KILOBIT;
  return {
    picturesPerS: perSecond(({ video }) => video.pictures),
    videoKbps: kbps(({ video }) => video.bytes),
    sentKbps: kbps(({ sent }) => sent.bytes),
    cpuShare: perSecond((statistics) => statistics.process.cpuS),
  };
}
