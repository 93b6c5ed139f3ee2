import type { Logger } from '../../foundation/logger.ts';
import type { Clock } from '../capture/clock.ts';
import type { Source } from '../capture/source.ts';
import type { Tally } from '../telemetry/tally.ts';
import type { GopBounds } from './newest-gop.ts';

export const DEFAULT_LINGER_MS = 5_000;

export interface LiveStreamOptions {
  readonly source: Source;
  readonly logger: Logger;
  /** How long the camera runs on after the last viewer has left. Default 5000. */
  readonly lingerMs?: number;
  /** What is kept for new viewers. Default 300 pictures and 8 MiB. */
  readonly gopBounds?: GopBounds;
  readonly clock?: Clock;
  /** Asked before anything may turn the camera on; throws the CameraError that says why not. */
  readonly checkAllowed?: () => void;
  /** Default: counts that nobody reads. */
  readonly tally?: Tally;
}
