import { AAC_FRAME_SAMPLES, RECORDED_AAC } from '../../../media/aac.ts';
import { OPUS_CLOCK_RATE } from '../../../media/opus-packet.ts';
import { framesAt } from './sound-grid.ts';

const SAMPLES_PER_TICK = OPUS_CLOCK_RATE / 90_000;
const SAMPLES_PER_FRAME = (AAC_FRAME_SAMPLES * OPUS_CLOCK_RATE) / RECORDED_AAC.sampleRate;
/** An encoder of AAC gives one frame before the first that it was given sound for. */
const PRIMING_FRAMES = 1;
/** So far from its time a frame may be for the sake of unbroken sound: clocks that differ a little would tear it often. */
const MOST_SHIFT_FRAMES = 0.75;

interface Given {
  /** In the encoder's input. */
  readonly sample: number;
  readonly ticks: number;
}

/**
 * Tells where the frames of one run of an encoder belong. It knows nothing of time, so what it was given is remembered
 * until it comes out. Where sound was lost the frames after it are at their time again, and places between them stay empty.
 */
export class FramePlaces {
  readonly #given: Given[] = [];
  #samples = 0;
  #frames = -PRIMING_FRAMES;
  #next: number | undefined;

  /** How much the encoder was given more than came out. */
  get aheadMs(): number {
    return ((this.#samples - this.#frames * SAMPLES_PER_FRAME) * 1_000) / OPUS_CLOCK_RATE;
  }

  /** Remembers what the encoder is given: so many samples (48,000 a second), from this tick of the pictures on. */
  give(ticks: number, samples: number): void {
    this.#given.push({ sample: this.#samples, ticks });
    this.#samples += samples;
  }

  /** Where the next frame that comes out belongs; undefined for nowhere. */
  take(): number | undefined {
    const sample = this.#frames * SAMPLES_PER_FRAME;
    this.#frames += 1;
    const given = this.#find(sample);
    if (!given) return undefined;
    const exact = framesAt(given.ticks + (sample - given.sample) / SAMPLES_PER_TICK);
    const isInStep = this.#next !== undefined && Math.abs(exact - this.#next) <= MOST_SHIFT_FRAMES;
    const place = isInStep && this.#next !== undefined ? this.#next : Math.round(exact);
    this.#next = place + 1;
    return place;
  }

  #find(sample: number): Given | undefined {
    while ((this.#given[1]?.sample ?? Infinity) <= sample) this.#given.shift();
    const [oldest] = this.#given;
    return oldest && oldest.sample <= sample ? oldest : undefined;
  }
}
