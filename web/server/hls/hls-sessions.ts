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
const HOW_TO_START = 'It plays again from the page, or by /start-streaming-service.';

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
  /** By camera that was stopped on purpose: when a player asked last. */
  readonly #stopped = new Map<string, number>();
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
    for (const device of [...this.#watched.keys()]) this.#leave(device);
  }

  has(device: string): boolean {
    return this.#watched.has(device);
  }

  /**
   * The playlist of a camera, which is watched from then on until nobody asks any more. Players ask for ever, and one that
   * was there when the camera was stopped would turn it on again: then nobody gets it until `allow`, or until all have gone.
   * @throws CameraError `not_live` when it was stopped, `busy`, `timeout`, or why the camera cannot be watched.
   */
  async playlist(device: string, timeoutMs: number): Promise<string> {
    this.#refuseIfStopped(device);
    const watched = this.#watched.get(device) ?? this.#watch(device);
    watched.askedAtMs = this.#options.now();
    return watched.session.playlist(timeoutMs);
  }

  file(device: string, name: string): Buffer | undefined {
    const watched = this.#watched.get(device);
    if (watched) watched.askedAtMs = this.#options.now();
    return watched?.session.file(name);
  }

  /** Leaves the camera, on purpose. */
  stop(device: string): void {
    if (this.#watched.has(device)) this.#stopped.set(device, this.#options.now());
    this.#leave(device);
  }

  /** Somebody wants to see the camera: the next playlist begins anew. */
  allow(device: string): void {
    this.#stopped.delete(device);
  }

  #leave(device: string): void {
    this.#forget(device)?.close();
  }

  #refuseIfStopped(device: string): void {
    const now = this.#options.now();
    const askedAtMs = this.#stopped.get(device);
    if (askedAtMs === undefined || now - askedAtMs > IDLE_MS) return;
    this.#stopped.set(device, now);
    throw new CameraError('not_live', `Camera "${device}" has been stopped. ${HOW_TO_START}`);
  }

  #watch(device: string): Watched {
    if (this.#watched.size >= MOST_SESSIONS) {
      const message = `This server shows ${MOST_SESSIONS} cameras by HLS already, which is all it takes.`;
      throw new CameraError('busy', message, { retryAfterS: RETRY_AFTER_S });
    }
    const { openView, now, wallClock } = this.#options;
    this.allow(device);
    const session = new HlsSession({
      device,
      id: randomIdentifier(),
      firstNumber: this.#nextNumbers.get(device) ?? 0,
      openView: (listener) => openView(device, listener),
      handleEnd: ({ reason }) => {
        if (this.#watched.get(device)?.session !== session) return;
        this.#forget(device);
        if (reason === 'stopped') this.#stopped.set(device, now());
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
    for (const [device, { askedAtMs }] of [...this.#watched]) if (askedAtMs < since) this.#leave(device);
    for (const [device, askedAtMs] of [...this.#stopped]) if (askedAtMs < since) this.allow(device);
  }
}
