import { element } from './element.ts';

export interface LiveVideoHandlers {
  readonly onPicture: () => void;
  /** The browser plays nothing before a tap. */
  readonly onRefused: () => void;
}

/** Shows the streams of a live connection, one after the other. */
export class LiveVideo {
  readonly root = element('video', { autoplay: true, playsinline: true, muted: true });
  readonly #handlers: LiveVideoHandlers;

  constructor(handlers: LiveVideoHandlers) {
    this.#handlers = handlers;
  }

  /** @param signal ends it. */
  open(signal: AbortSignal): void {
    // The attribute alone does not mute a video that a script made, and only a muted one may play by itself.
    this.root.muted = true;
    this.root.addEventListener('loadeddata', () => this.root.srcObject && this.#handlers.onPicture(), {
      signal,
    });
  }

  show(stream: MediaStream): void {
    this.root.srcObject = stream;
    void this.play();
  }

  hide(): void {
    this.root.srcObject = null;
  }

  async play(): Promise<void> {
    try {
      await this.root.play();
    } catch (error) {
      // A newer stream interrupts play() with AbortError; only a refusal needs a tap.
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.#handlers.onRefused();
    }
  }
}
