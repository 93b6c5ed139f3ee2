import { LiveViewError, type LiveView, type LiveViewListener } from '../../../camera-client/live-view.ts';
import type { AccessUnit } from '../../../media/access-unit.ts';
import type { ManualClock } from '../../device/manual-clock.ts';
import { FilmPackets } from '../../support/film.ts';

const TICKS_PER_MS = 90;
const FIRST_TIMESTAMP = 1_000;
const FIRST_SOUND_TIMESTAMP = 2 ** 32 - 5_000;
const SOUND_TICKS_PER_MS = 48;
const OPUS_MS = 20;
const STARTED_AT_EPOCH_MS = 1_800_000_000_000;

/** A camera whose view shows films, in time with a clock that is moved by hand. */
export class FilmCamera {
  keyframeRequests = 0;
  openedViews = 0;
  readonly #clock: ManualClock;
  readonly #stepMs: number;
  readonly #packets = new FilmPackets({ firstTimestamp: FIRST_TIMESTAMP });
  #listener: LiveViewListener | undefined;
  #ticks = 0;
  #soundIndex = 0;

  constructor(clock: ManualClock, { fps }: { readonly fps: number }) {
    this.#clock = clock;
    this.#stepMs = 1_000 / fps;
  }

  get isWatched(): boolean {
    return this.#listener !== undefined;
  }

  readonly openView = (listener: LiveViewListener): LiveView => {
    this.openedViews += 1;
    this.#listener = listener;
    return {
      requestKeyframe: () => {
        this.keyframeRequests += 1;
      },
      close: async () => {
        if (this.#listener === listener) this.#listener = undefined;
        await Promise.resolve();
      },
    };
  };

  /** Shows these pictures one after the other, each at its time. */
  play(units: readonly AccessUnit[]): void {
    for (const unit of units) {
      for (const packet of this.#packets.packetsOf(unit, this.#ticks)) this.#listener?.handlePacket(packet);
      this.pause(this.#stepMs);
    }
  }

  /** Shows pictures and lets hear 20 ms of sound in each packet; undefined for one that is lost. */
  playWithSound(units: readonly AccessUnit[], sound: readonly (Buffer | undefined)[]): void {
    const each = this.#stepMs / OPUS_MS;
    for (const [nth, unit] of units.entries()) {
      this.tellClocks();
      for (const [place, packet] of sound.slice(nth * each, (nth + 1) * each).entries())
        this.#hear(packet, place * OPUS_MS);
      this.play([unit]);
    }
  }

  /** Says what its timestamps mean, as cameras do about once a second. */
  tellClocks(): void {
    const epochMs = STARTED_AT_EPOCH_MS + this.#ticks / TICKS_PER_MS;
    this.#listener?.handleClock?.('video', { timestamp: FIRST_TIMESTAMP + this.#ticks, epochMs });
    this.#listener?.handleClock?.('audio', { timestamp: this.#soundTimestamp(0), epochMs });
  }

  /** Lets time pass without a picture. */
  pause(durationMs: number): void {
    this.#ticks += durationMs * TICKS_PER_MS;
    this.#clock.advance(durationMs);
  }

  #hear(payload: Buffer | undefined, inMs: number): void {
    const index = this.#soundIndex;
    this.#soundIndex += 1;
    const packet = { index, timestamp: this.#soundTimestamp(inMs), marker: false };
    if (payload) this.#listener?.handleAudioPacket?.({ ...packet, payload });
  }

  #soundTimestamp(inMs: number): number {
    const ticks = FIRST_SOUND_TIMESTAMP + (this.#ticks / TICKS_PER_MS + inMs) * SOUND_TICKS_PER_MS;
    return ticks % 2 ** 32;
  }

  losePackets(): void {
    this.#packets.skip(3);
  }

  end(): void {
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.handleEnd(new LiveViewError('lost', 'the network is gone'));
  }
}
