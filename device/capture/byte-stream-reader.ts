import type { AccessUnit } from '../../media/access-unit.ts';
import { AccessUnitSplitter } from '../../media/access-unit-splitter.ts';
import type { OutputReader } from './capture-process.ts';

/** Programs write a picture in one go; between its parts pass microseconds, between pictures many milliseconds. */
const SHORTEST_QUIET_MS = 3;
/** Writers and the kernel cut large pictures at multiples of a page: the rest of such a picture is still to come. */
const PAGE_BYTES = 4096;

/**
 * Reads the access units out of an H.264 byte stream as a program writes it. Such a stream does not say where a
 * picture ends; the writer's pause after it does, a frame interval before the next one would.
 */
export class ByteStreamReader implements OutputReader {
  readonly #splitter = new AccessUnitSplitter();
  readonly #longestQuietMs: number;
  #quietMs = SHORTEST_QUIET_MS;
  #knownPrematureFlushes = 0;
  #isCutAtPage = false;

  /** @param framesPerSecond bounds how long a pause can be. */
  constructor(framesPerSecond: number) {
    this.#longestQuietMs = Math.max(SHORTEST_QUIET_MS, Math.floor(1000 / framesPerSecond));
  }

  get quietTimeoutMs(): number | undefined {
    return this.#isCutAtPage ? undefined : this.#quietMs;
  }

  /** @throws NalUnitTooLargeError, AccessUnitTooLargeError */
  push(chunk: Buffer, nowUs: number): AccessUnit[] {
    this.#isCutAtPage = chunk.length % PAGE_BYTES === 0;
    const units = this.#splitter.push(chunk, nowUs);
    this.#learnFromPrematureFlushes();
    return units;
  }

  handleQuiet(): AccessUnit[] {
    const unit = this.#splitter.flushIfComplete();
    return unit ? [unit] : [];
  }

  /** A pause inside a picture costs viewers a damaged picture; on such a machine, wait longer from then on. */
  #learnFromPrematureFlushes(): void {
    const { prematureFlushes } = this.#splitter;
    if (prematureFlushes > this.#knownPrematureFlushes)
      this.#quietMs = Math.min(this.#longestQuietMs, this.#quietMs * 2);
    this.#knownPrematureFlushes = prematureFlushes;
  }
}
