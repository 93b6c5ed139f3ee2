import { LiveViewError, type LiveView, type LiveViewListener } from '../../../camera-client/live-view.ts';
import type { AccessUnit } from '../../../media/access-unit.ts';
import type { ManualClock } from '../../device/manual-clock.ts';
import { FilmPackets } from '../../support/film.ts';

const TICKS_PER_MS = 90;

/** A camera whose view shows films, in time with a clock that is moved by hand. */
export class FilmCamera {
  keyframeRequests = 0;
  openedViews = 0;
  readonly #clock: ManualClock;
  readonly #stepMs: number;
  readonly #packets = new FilmPackets();
  #listener: LiveViewListener | undefined;
  #ticks = 0;

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

  /** Lets time pass without a picture. */
  pause(durationMs: number): void {
    this.#ticks += durationMs * TICKS_PER_MS;
    this.#clock.advance(durationMs);
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
