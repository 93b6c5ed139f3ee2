import type Hls from './hls-light.js';
import type { HlsError } from './hls-light.js';
import type { HlsState } from './live-state.ts';

const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';
/** After a fault that the library could not get over; then twice as long each time. */
const SHORTEST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;
const CHECK_INTERVAL_MS = 1_000;
/** How the server refuses the playlist of a camera that was stopped on purpose. */
const STOPPED_STATUS = 409;
/** The server waits for ten seconds for a camera's first segment, and is asked twice. */
const FIRST_PICTURE_MS = 25_000;
/** Without a new picture for so long something is wrong that nobody has told. */
const STALLED_MS = 8_000;
const CONFIG = {
  // The sources of a worker would be another file, for pictures that are only handed on.
  enableWorker: false,
  // Segments are two seconds: closer than three of them to the newest, and still one in hand.
  liveSyncDurationCount: 2,
  liveMaxLatencyDurationCount: 6,
  maxLiveSyncPlaybackRate: 1.2,
  backBufferLength: 10,
};

export interface HlsSource {
  /** Of the playlist. */
  readonly url: string;
  /** Where no cookie says who watches. */
  readonly token?: string;
}

/** Plays one HLS playlist in a muted video until it is closed, and begins anew when it breaks off. */
export class HlsPlayer {
  readonly #url: string;
  readonly #token: string;
  readonly #video: HTMLVideoElement;
  readonly #onState: (state: HlsState) => void;
  readonly #abort = new AbortController();
  #state: HlsState = 'starting';
  #hls: Hls | undefined;
  #hasRecovered = false;
  #failures = 0;
  #restartTimer: number | undefined;
  #watchTimer: number | undefined;
  #lastTime = 0;
  #progressAtMs = 0;

  constructor({ url, token }: HlsSource, video: HTMLVideoElement, onState: (state: HlsState) => void) {
    this.#url = url;
    this.#token = token ?? '';
    this.#video = video;
    this.#onState = onState;
  }

  get state(): HlsState {
    return this.#state;
  }

  /** Seconds behind the newest that the server has, where that is known. */
  get delayS(): number | undefined {
    const { seekable, currentTime } = this.#video;
    const delayS = this.#hls ? this.#hls.latency : endOf(seekable) - currentTime;
    return delayS > 0 ? delayS : undefined;
  }

  open(): void {
    const { signal } = this.#abort;
    this.#video.addEventListener('playing', () => this.#handlePlaying(), { signal });
    // Also after the library has got over a fault, for which it loads the video anew.
    this.#video.addEventListener('canplay', () => void this.play(), { signal });
    this.#video.addEventListener('error', () => this.#handleVideoError(), { signal });
    document.addEventListener('visibilitychange', () => this.#comeBack(), { signal });
    void this.#start();
  }

  /** Called from a tap it plays also where the browser had refused. */
  async play(): Promise<void> {
    try {
      await this.#video.play();
    } catch (error) {
      // An end, or a newer source, interrupts play() with AbortError.
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.#tell('refused');
    }
  }

  /** Begins at once what would have begun after a pause. */
  retryNow(): void {
    if (this.#state === 'broken' && this.#restartTimer !== undefined) void this.#start();
  }

  close(): void {
    this.#abort.abort();
    clearTimeout(this.#restartTimer);
    this.#leave();
  }

  async #start(): Promise<void> {
    clearTimeout(this.#restartTimer);
    this.#restartTimer = undefined;
    this.#hasRecovered = false;
    try {
      const Library = hasMediaSource() ? await load(this.#failures) : undefined;
      if (this.#abort.signal.aborted) return;
      this.#begin(Library);
    } catch {
      this.#breakOff();
    }
  }

  #begin(Library: typeof Hls | undefined): void {
    if (Library?.isSupported()) this.#feedBy(Library);
    // A browser that plays by itself sends no token.
    else if (this.#token === '' && this.#video.canPlayType(PLAYLIST_TYPE) !== '') this.#video.src = this.#url;
    else {
      this.#tell('impossible');
      return;
    }
    this.#noteProgress();
    this.#watchTimer = setInterval(() => this.#lookForProgress(), CHECK_INTERVAL_MS);
    void this.play();
  }

  #feedBy(Library: typeof Hls): void {
    const hls = new Library({ ...CONFIG, ...(this.#token !== '' && { xhrSetup: bearing(this.#token) }) });
    this.#hls = hls;
    hls.on(Library.Events.ERROR, (_event, error) => this.#handleError(hls, error));
    hls.loadSource(this.#url);
    hls.attachMedia(this.#video);
  }

  #handlePlaying(): void {
    this.#failures = 0;
    this.#tell('playing');
  }

  /** What becomes of a video that the library feeds, the library tells. */
  #handleVideoError(): void {
    if (!this.#hls && this.#watchTimer !== undefined) this.#breakOff();
  }

  #handleError(hls: Hls, { type, fatal, response }: HlsError): void {
    if (!fatal || hls !== this.#hls) return;
    if (response?.code === STOPPED_STATUS) {
      this.#leave();
      this.#tell('stopped');
      return;
    }
    if (type !== 'mediaError' || this.#hasRecovered) {
      this.#breakOff();
      return;
    }
    this.#hasRecovered = true;
    hls.recoverMediaError();
  }

  /** Of a tab that was hidden, where browsers pause a video and let timers sleep. */
  #comeBack(): void {
    this.#noteProgress();
    if (!document.hidden && this.#video.paused && this.#watchTimer !== undefined) void this.play();
  }

  #lookForProgress(): void {
    const isExcused = document.hidden || this.#state === 'refused';
    if (isExcused || this.#video.currentTime !== this.#lastTime) this.#noteProgress();
    const patienceMs = this.#state === 'playing' ? STALLED_MS : FIRST_PICTURE_MS;
    if (performance.now() - this.#progressAtMs > patienceMs) this.#breakOff();
  }

  #noteProgress(): void {
    this.#lastTime = this.#video.currentTime;
    this.#progressAtMs = performance.now();
  }

  #breakOff(): void {
    if (this.#abort.signal.aborted) return;
    this.#leave();
    clearTimeout(this.#restartTimer);
    const pauseMs = Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#restartTimer = setTimeout(() => void this.#start(), pauseMs);
    this.#tell('broken');
  }

  #leave(): void {
    clearInterval(this.#watchTimer);
    this.#watchTimer = undefined;
    this.#hls?.destroy();
    this.#hls = undefined;
    this.#video.removeAttribute('src');
    this.#video.load();
  }

  #tell(state: HlsState): void {
    if (state === this.#state || this.#abort.signal.aborted) return;
    this.#state = state;
    this.#onState(state);
  }
}

/** What the library needs; without it, as on an older iPhone, the browser plays HLS by itself. */
function hasMediaSource(): boolean {
  return 'MediaSource' in globalThis || 'ManagedMediaSource' in globalThis;
}

/** @param failures before: a browser may remember under the same name that it could not be loaded. */
async function load(failures: number): Promise<typeof Hls> {
  if (failures === 0) return (await import('./hls-light.js')).default;
  return ((await import(`./hls-light.js?${failures}`)) as { readonly default: typeof Hls }).default;
}

function bearing(token: string) {
  return (request: XMLHttpRequest, url: string) => {
    request.open('GET', url);
    request.setRequestHeader('authorization', `Bearer ${token}`);
  };
}

function endOf(ranges: TimeRanges): number {
  return ranges.length === 0 ? 0 : ranges.end(ranges.length - 1);
}
