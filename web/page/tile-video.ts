import { element } from './element.ts';
import { LiveConnection } from './live-connection.ts';

/** The live picture of a tile, without sound, while it is wanted. */
export class TileVideo {
  /** For eyes alone: the tile's link says what it is. */
  readonly root = element('video', {
    autoplay: true,
    playsinline: true,
    muted: true,
    hidden: true,
    tabindex: '-1',
    'aria-hidden': 'true',
  });
  readonly #connection: LiveConnection;
  #isWanted = false;

  constructor(device: string) {
    this.#connection = new LiveConnection(
      device,
      {
        onState: ({ phase }) => (this.root.hidden = phase !== 'playing'),
        onStream: (stream) => this.#play(stream),
        onPeer: () => undefined,
        onSample: () => undefined,
      },
      { withSound: false },
    );
  }

  want(isWanted: boolean): void {
    if (isWanted === this.#isWanted) return;
    this.#isWanted = isWanted;
    if (isWanted) this.#connection.open();
    else this.close();
  }

  close(): void {
    this.#isWanted = false;
    this.#connection.close();
    this.root.srcObject = null;
    this.root.hidden = true;
  }

  #play(stream: MediaStream): void {
    // The attribute alone does not mute a video that a script made.
    this.root.muted = true;
    this.root.srcObject = stream;
    this.root.play().catch(() => undefined);
  }
}
