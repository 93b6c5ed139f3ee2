import { element } from './element.ts';
import { fallbackStep } from './fallback-policy.ts';
import { HlsPlayer, type HlsSource } from './hls-player.ts';
import type { HlsState, LiveState } from './live-state.ts';

/** Without a live picture for so long the page looks for another way. */
const PATIENCE_MS = 8_000;

export interface HlsFallbackOptions extends HlsSource {
  readonly onChange: (state: HlsState | 'off', before: HlsState | 'off') => void;
  /** Several times a second while it plays. `delayS`: seconds behind the newest, where that is known. */
  readonly onProgress: (delayS: number | undefined) => void;
}

/** Stands in by HLS while WebRTC brings no picture: in a video of its own, so that the live one takes over unseen. */
export class HlsFallback {
  readonly video = element('video', { class: 'fallback', playsinline: true, 'aria-hidden': 'true' });
  readonly #options: HlsFallbackOptions;
  #player: HlsPlayer | undefined;
  #timer: number | undefined;
  #state: HlsState | 'off' = 'off';

  constructor(options: HlsFallbackOptions) {
    this.#options = options;
  }

  /** @param signal ends it. */
  open(signal: AbortSignal): void {
    this.video.muted = true;
    this.video.addEventListener('timeupdate', () => this.#tellProgress(), { signal });
    signal.addEventListener('abort', () => this.stop());
  }

  get state(): HlsState | 'off' {
    return this.#state;
  }

  get isPlaying(): boolean {
    return this.#state === 'playing';
  }

  follow(state: LiveState): void {
    const step = fallbackStep(state);
    if (step === 'await') this.#timer ??= setTimeout(() => this.#start(), PATIENCE_MS);
    else if (step === 'start') this.#start();
    else if (step === 'hold') this.#cancelWait();
    else this.stop();
  }

  /** Called from a tap, which lets a browser play that otherwise would not. */
  play(): void {
    void this.#player?.play();
  }

  retryNow(): void {
    this.#player?.retryNow();
  }

  stop(): void {
    this.#cancelWait();
    this.#player?.close();
    this.#player = undefined;
    this.#show('off');
  }

  #start(): void {
    this.#cancelWait();
    if (this.#player) return;
    this.#player = new HlsPlayer(this.#options, this.video, (state) => this.#show(state));
    this.#player.open();
    this.#show('starting');
  }

  #cancelWait(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #show(state: HlsState | 'off'): void {
    if (this.#state === state) return;
    const before = this.#state;
    this.#state = state;
    this.video.classList.toggle('shown', this.isPlaying);
    this.#options.onChange(state, before);
  }

  #tellProgress(): void {
    if (this.isPlaying) this.#options.onProgress(this.#player?.delayS);
  }
}
