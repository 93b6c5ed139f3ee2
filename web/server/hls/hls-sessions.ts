import type { LiveView, LiveViewListener } from '../../../camera-client/live-view.ts';
import { CameraError } from '../../../contract/errors.ts';
import { randomIdentifier } from '../../../foundation/identifiers.ts';
import { HlsSession } from './hls-session.ts';

/** Players ask for the playlist every other second. */
const IDLE_MS = 10_000;
const CHECK_INTERVAL_MS = 1_000;
/** Each is a viewer of a camera, and keeps its last seconds in memory. */
const MOST_SESSIONS = 8;
const RETRY_AFTER_S = 5;

export interface HlsSessionsOptions {
  readonly openView: (device: string, listener: LiveViewListener) => LiveView;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

interface Watched {
  readonly session: HlsSession;
  askedAtMs: number;
}

/** The cameras that are watched by HLS now: each has one session, however many watch, and none when nobody asks. */
export class HlsSessions {
  readonly #options: HlsSessionsOptions;
  readonly #watched = new Map<string, Watched>();
  /** By camera: players that went on from one session to the next would wait for numbers that have been. */
  readonly #nextNumbers = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HlsSessionsOptions) {
    this.#options = options;
  }

  open(): void {
    this.#timer = setInterval(() => this.#endIdle(), CHECK_INTERVAL_MS);
  }

  close(): void {
    clearInterval(this.#timer);
    for (const device of [...this.#watched.keys()]) this.stop(device);
  }

  has(device: string): boolean {
    return this.#watched.has(device);
  }

  /**
   * The playlist of a camera, which is watched from then on until nobody asks any more.
   * @throws CameraError `busy`, `timeout`, or why the camera cannot be watched.
   */
  async playlist(device: string, timeoutMs: number): Promise<string> {
    const watched = this.#watched.get(device) ?? this.#watch(device);
    watched.askedAtMs = this.#options.now();
    return watched.session.playlist(timeoutMs);
  }

  file(device: string, name: string): Buffer | undefined {
    const watched = this.#watched.get(device);
    if (watched) watched.askedAtMs = this.#options.now();
    return watched?.session.file(name);
  }

  /** Leaves the camera; the next playlist begins anew. */
  stop(device: string): void {
    this.#forget(device)?.close();
  }

  #watch(device: string): Watched {
    if (this.#watched.size >= MOST_SESSIONS) {
      const message = `This server shows ${MOST_SESSIONS} cameras by HLS already, which is all it takes.`;
      throw new CameraError('busy', message, { retryAfterS: RETRY_AFTER_S });
    }
    const { openView, now, wallClock } = this.#options;
    const session = new HlsSession({
      device,
      id: randomIdentifier(),
      firstNumber: this.#nextNumbers.get(device) ?? 0,
      openView: (listener) => openView(device, listener),
      handleEnd: () => {
        if (this.#watched.get(device)?.session === session) this.#forget(device);
      },
      now,
      wallClock,
    });
    const watched = { session, askedAtMs: now() };
    this.#watched.set(device, watched);
    session.open();
    return watched;
  }

  #forget(device: string): HlsSession | undefined {
    const session = this.#watched.get(device)?.session;
    this.#watched.delete(device);
    if (session) this.#nextNumbers.set(device, session.nextNumber);
    return session;
  }

  #endIdle(): void {
    const since = this.#options.now() - IDLE_MS;
    for (const [device, { askedAtMs }] of [...this.#watched]) if (askedAtMs < since) this.stop(device);
  }
}
