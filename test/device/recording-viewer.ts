import type { CameraError } from '../../contract/errors.ts';
import type { LiveStreamViewer } from '../../device/live-stream/live-stream-viewer.ts';
import type { Picture } from '../../device/live-stream/picture.ts';

/** A viewer that keeps all it is given. */
export class RecordingViewer implements LiveStreamViewer {
  readonly pictures: Picture[] = [];
  readonly ends: (CameraError | undefined)[] = [];
  congested = false;

  /** K for a key frame, p for another picture. */
  get kinds(): string {
    return this.pictures.map(({ isKeyframe }) => (isKeyframe ? 'K' : 'p')).join('');
  }

  handlePicture(picture: Picture): void {
    this.pictures.push(picture);
  }

  handleEnd(error: CameraError | undefined): void {
    this.ends.push(error);
  }
}
