import type { CameraError } from '../../contract/errors.ts';
import type { Picture } from './picture.ts';

/** Whoever watches. What it throws ends this viewer only. */
export interface LiveStreamViewer {
  /** While true, the viewer gets nothing; afterwards it goes on with the next key frame. Absent: never. */
  readonly congested?: boolean;
  /** Begins with a key frame. Must not block and must not change the picture, which all viewers share. */
  handlePicture(picture: Picture): void;
  /** The last call. undefined: the stream was stopped on purpose. */
  handleEnd(error: CameraError | undefined): void;
}
