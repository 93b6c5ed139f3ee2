import type Hls from './hls-light.js';
import type { HlsError } from './hls-light.js';

const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';
/** After a fault that the library could not get over. */
const RESTART_MS = 5_000;
const CONFIG = {
  // The sources of a worker would be another file, for pictures that are only handed on.
  enableWorker: false,
  // Segments are two seconds: closer than three of them to the newest, and still one in hand.
  liveSyncDurationCount: 2,
  liveMaxLatencyDurationCount: 6,
  maxLiveSyncPlaybackRate: 1.2,
  backBufferLength: 10,
};

/** Plays one HLS playlist in a video until it is closed, and begins anew when it breaks off. */
export class HlsPlayer {
  readonly #url: string;
  readonly #video: HTMLVideoElement;
  readonly #onBroken: () => void;
  readonly #abort = new AbortController();
  #hls: Hls | undefined;
  #hasRecovered = false;
  #timer: number | undefined;

  constructor(url: string, video: HTMLVideoElement, onBroken: () => void) {
    this.#url = url;
    this.#video = video;
    this.#onBroken = onBroken;
  }

  open(): void {
    this.#video.addEventListener('error', () => this.#breakOff(), { signal: this.#abort.signal });
    void this.#start();
  }

  /** Seconds behind the newest that the server has; undefined where the browser plays by itself. */
  get delayS(): number | undefined {
    return this.#hls?.latency;
  }

  close(): void {
    this.#abort.abort();
    clearTimeout(this.#timer);
    this.#leave();
  }

  async #start(): Promise<void> {
    this.#hasRecovered = false;
    try {
      const { default: Library } = await import('./hls-light.js');
      if (this.#abort.signal.aborted) return;
      if (Library.isSupported()) this.#playWith(Library);
      else if (this.#video.canPlayType(PLAYLIST_TYPE) !== '') this.#video.src = this.#url;
      await this.#video.play();
    } catch (error) {
      // An end, or a newer source, interrupts play() with AbortError.
      if (!(error instanceof DOMException)) this.#breakOff();
    }
  }

  #playWith(Library: typeof Hls): void {
    const hls = new Library(CONFIG);
    this.#hls = hls;
    hls.on(Library.Events.ERROR, (_event, error) => this.#handleError(hls, error));
    hls.loadSource(this.#url);
    hls.attachMedia(this.#video);
  }

  #handleError(hls: Hls, { type, fatal }: HlsError): void {
    if (!fatal || hls !== this.#hls) return;
    if (type !== 'mediaError' || this.#hasRecovered) {
      this.#breakOff();
      return;
    }
    this.#hasRecovered = true;
    hls.recoverMediaError();
  }

  #breakOff(): void {
    if (this.#abort.signal.aborted) return;
    this.#leave();
    this.#onBroken();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#start(), RESTART_MS);
  }

  #leave(): void {
    this.#hls?.destroy();
    this.#hls = undefined;
    this.#video.removeAttribute('src');
    this.#video.load();
  }
}
