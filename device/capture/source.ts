import type { AccessUnit } from '../../media/access-unit.ts';
import type { CameraControls } from '../../contract/camera-controls.ts';
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
  /**
   * Lets a source that cannot change its bit rate while it runs be restarted for that, at most once in so many seconds.
   * Absent: never.
   */
  readonly bitrateRestartPauseS?: number | undefined;
  /** Seconds from one key frame to the next. */
  readonly keyframeIntervalS: number;
  /** How the camera sees, from its start on. A source that cannot do it does without. */
  readonly controls?: CameraControls;
}

export interface SourceSink<Unit = AccessUnit> {
  /**
   * One picture, in the order in which it is shown. Pictures before the first key frame and key frames without
   * parameter sets are allowed; pictures that must be shown in another order are not.
   */
  handleAccessUnit(unit: Unit): void;
  /** The source ended by itself. Called at most once a start, and not after `stop`. */
  handleEnd(error: SourceError): void;
}

export interface SourceSnapshotRequest {
  /** `main` is the size of the stream, `lores` a small picture. */
  readonly stream: 'main' | 'lores';
  /** JPEG quality, 1 to 100. */
  readonly quality: number;
}

export interface MotionSettings {
  /** 1 to 100; 50 notices a person who walks through the picture. */
  readonly sensitivity: number;
  /** Without movement for this long, motion has ended. */
  readonly coolDownMs: number;
}

/** Motion has begun or ended. */
export interface SourceMotion {
  readonly isMoving: boolean;
  /** Mean squared difference of the brightness between two pictures, 0 to 65025. */
  readonly score: number;
}

/** Something that can be made to yield. Restartable: start, stop or end, start again. */
export interface RestartableSource<Unit = AccessUnit> {
  /** For logs and messages, such as `the test picture`. */
  readonly description: string;
  /** Returns at once; what goes wrong is told to the sink. Only legal when stopped or ended. */
  start(sink: SourceSink<Unit>): void;
  /** Resolves when everything the source started is gone. The sink hears nothing more from the call on. */
  stop(): Promise<void>;
}

/** Something that yields coded pictures. */
export interface Source extends RestartableSource {
  /** Absent when the encoder cannot make a key frame on demand. */
  readonly requestKeyframe?: (() => void) | undefined;

  // What only some sources can do, and only once they run is it known. Settings outlast a restart of the source.

  /** Changes the bit rate at once, without a restart; kbit/s. */
  readonly setBitrate?: ((bitrateKbps: number) => void) | undefined;
  /** Changes the pictures a second at once, without a restart. */
  readonly setFps?: ((fps: number) => void) | undefined;
  /** A JPEG of the running camera, which the stream does not notice. Rejects with a SourceError. */
  readonly takeSnapshot?: ((request: SourceSnapshotRequest) => Promise<Buffer>) | undefined;
  /** Watches for motion while the source runs; one handler at a time. Returns how to end the watch. */
  readonly onMotion?:
    ((settings: MotionSettings, handler: (motion: SourceMotion) => void) => () => void) | undefined;
  /** Changes how the camera sees. Rejects with a SourceError that says which control this camera has not. */
  readonly setControls?: ((controls: CameraControls) => Promise<void>) | undefined;
}
