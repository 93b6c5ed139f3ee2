/** What the page uses of hls.js (https://github.com/video-dev/hls.js), whose light build is served under this name. */
export default class Hls {
  static readonly Events: { readonly ERROR: 'hlsError' };
  static isSupported(): boolean;

  constructor(config: Readonly<Record<string, unknown>>);

  /** Seconds behind the newest segment's end. */
  readonly latency: number;

  on(event: 'hlsError', listener: (event: 'hlsError', error: HlsError) => void): void;
  loadSource(url: string): void;
  attachMedia(video: HTMLVideoElement): void;
  recoverMediaError(): void;
  destroy(): void;
}

export interface HlsError {
  readonly type: 'networkError' | 'mediaError' | 'keySystemError' | 'muxError' | 'otherError';
  readonly fatal: boolean;
  /** What the server answered, if it did. */
  readonly response?: { readonly code: number };
}
