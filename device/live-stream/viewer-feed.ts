import { type CameraError, asCameraError } from '../../contract/errors.ts';
import { describeError, type Logger } from '../../foundation/logger.ts';
import type { Tally } from '../telemetry/tally.ts';
import type { LiveStreamViewer } from './live-stream-viewer.ts';
import type { Picture } from './picture.ts';

/** Feeds one viewer: from a key frame on, without those pictures it cannot keep up with. */
export class ViewerFeed {
  readonly #viewer: LiveStreamViewer;
  readonly #logger: Logger;
  readonly #tally: Pick<Tally, 'droppedPictures'>;
  #needsKeyframe = true;
  #hasBegun = false;
  #hasEnded = false;

  constructor(viewer: LiveStreamViewer, logger: Logger, tally: Pick<Tally, 'droppedPictures'>) {
    this.#viewer = viewer;
    this.#logger = logger;
    this.#tally = tally;
  }

  get needsKeyframe(): boolean {
    return this.#needsKeyframe;
  }

  /** @returns false when the viewer failed; it has then been ended. */
  deliver(picture: Picture): boolean {
    if (this.#hasEnded) return false;
    try {
      this.#deliverIfReady(picture);
      return true;
    } catch (error) {
      this.#logger.warn(`a viewer failed and is ended: ${describeError(error)}`);
      this.end(asCameraError(error));
      return false;
    }
  }

  /** Stops feeding without a word: the viewer left by itself. */
  leave(): void {
    this.#hasEnded = true;
  }

  end(error: CameraError | undefined): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    try {
      this.#viewer.handleEnd(error);
    } catch (thrown) {
      this.#logger.warn(`a viewer failed while it was ended: ${describeError(thrown)}`);
    }
  }

  #deliverIfReady(picture: Picture): void {
    if (this.#viewer.congested === true) this.#needsKeyframe = true;
    else if (picture.isKeyframe) this.#needsKeyframe = false;
    if (this.#needsKeyframe) {
      if (this.#hasBegun) this.#tally.droppedPictures.slowViewer += 1;
      return;
    }
    this.#hasBegun = true;
    this.#viewer.handlePicture(picture);
  }
}
