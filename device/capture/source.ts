import type { AccessUnit } from '../../media/access-unit.ts';
import type { SourceError } from './source-error.ts';

/** What is asked of a camera. A source that brings its own pictures (a file) keeps its own size and pace. */
export interface VideoSettings {
  /** Pixels, even. */
  readonly width: number;
  /** Pixels, even. */
  readonly height: number;
  /** Pictures a second. */
  readonly fps: number;
  readonly bitrateKbps: number;
  /** Seconds from one key frame to the next. */
  readonly keyframeIntervalS: number;
}

export interface SourceSink {
  /**
   * One picture, in the order in which it is shown. Pictures before the first key frame and key frames without
   * parameter sets are allowed; pictures that must be shown in another order are not.
   */
  handleAccessUnit(unit: AccessUnit): void;
  /** The source ended by itself. Called at most once a start, and not after `stop`. */
  handleEnd(error: SourceError): void;
}

/** Something that yields coded pictures. Restartable: start, stop or end, start again. */
export interface Source {
  /** For logs and messages, such as `the test picture`. */
  readonly description: string;
  /** Returns at once; what goes wrong is told to the sink. Only legal when stopped or ended. */
  start(sink: SourceSink): void;
  /** Resolves when everything the source started is gone. The sink hears nothing more from the call on. */
  stop(): Promise<void>;
  /** Absent when the encoder cannot make a key frame on demand. */
  requestKeyframe?(): void;
}
