import type { ReportBlock } from '../../../media/rtcp.ts';

interface Mark {
  readonly atUs: number;
  readonly highestSequence: number;
  readonly cumulativeLost: number;
}

/** Some viewers report five times a second and more; over so few packets a share says nothing. */
const SHORTEST_SPAN_US = 1_000_000;

/** Measures over a second and more what share of the packets a viewer lost. */
export class LossMeter {
  #mark: Mark | undefined;

  /** @returns the share, 0–1; undefined while the second goes on. */
  measure({ highestSequence, cumulativeLost }: ReportBlock, nowUs: number): number | undefined {
    const { atUs, ...before } = this.#mark ?? { atUs: nowUs, highestSequence, cumulativeLost };
    if (this.#mark && nowUs - atUs < SHORTEST_SPAN_US) return undefined;
    this.#mark = { atUs: nowUs, highestSequence, cumulativeLost };
    const expected = highestSequence - before.highestSequence;
    if (expected <= 0) return undefined;
    return Math.min(1, Math.max(0, (cumulativeLost - before.cumulativeLost) / expected));
  }
}
