import type { MicrophoneFailure } from '../../device/audio/microphone-failures.ts';
import type { BrokerProblem } from '../../foundation/broker-problem.ts';
import type { SourceChoice } from '../../device/capture/choose-source.ts';

/** What was seen on this machine; judged elsewhere. */
export interface Facts {
  readonly camera: CameraFact;
  readonly ffmpeg: FfmpegFact;
  /** Absent when none is configured. */
  readonly microphone?: SoundDeviceFact;
  /** Absent when none is configured. */
  readonly speaker?: SoundDeviceFact;
  readonly broker: BrokerFact;
  readonly clock: { readonly now: Date; readonly isSynchronized: boolean };
  readonly storage: { readonly folder: string; readonly problem?: string };
  readonly recordings: RecordingsFact;
  readonly webPort: { readonly address: string; readonly problem?: string };
  readonly iceServers: readonly { readonly url: string; readonly answers: boolean }[];
}

export type CameraFact =
  /** Of `auto`, `picamera2` and `rpicam`: what there is. */
  | {
      readonly kind: 'looked';
      readonly spec: string;
      readonly choice: SourceChoice;
      /** False when the source that is configured is not the way to any camera. */
      readonly isFound: boolean;
    }
  /** A file or a device file. */
  | { readonly kind: 'path'; readonly spec: string; readonly path: string; readonly problem?: string }
  /** An address that only watching would try. */
  | { readonly kind: 'untried'; readonly spec: string }
  /** Nothing to look at: the test picture. */
  | { readonly kind: 'unseen'; readonly spec: string };

export type FfmpegFact =
  | { readonly kind: 'missing' }
  | { readonly kind: 'there'; readonly version: string; readonly encoders: readonly string[] };

export interface RecordingsFact {
  readonly folder: string;
  /** False: they are within the storage folder. */
  readonly isConfigured: boolean;
  readonly problem?: string;
  /** Absent when it cannot be told. */
  readonly freeMB?: number;
  readonly minFreeMB: number;
}

/** With a problem, it could not be recorded from just now. */
export interface SoundDeviceFact {
  readonly spec: string;
  readonly failure?: MicrophoneFailure;
}

export type BrokerFact =
  | { readonly kind: 'embedded'; readonly address: string; readonly problem?: string }
  | { readonly kind: 'logged-in'; readonly url: string }
  | ({ readonly kind: 'unusable'; readonly url: string } & Omit<BrokerProblem, 'kind'>);
