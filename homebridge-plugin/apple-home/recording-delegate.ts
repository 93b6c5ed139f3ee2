import { describeError, type Logger } from '../../foundation/logger.ts';
import { NoPictureError, recordingParts } from '../recording/recording.ts';
import type { SecureVideo } from '../recording/secure-video.ts';
import {
  CLOSED_NORMALLY,
  CLOSED_UNEXPECTEDLY,
  type CameraRecordingConfiguration,
  type CameraRecordingDelegate,
  type HAP,
  type RecordingPacket,
} from './hap.ts';
import type { StalledHubs } from './stalled-hubs.ts';

const CLOSE_REASONS: Readonly<Record<number, string>> = {
  1: 'it is not allowed',
  2: 'the home hub is busy',
  3: 'the home hub cancelled it',
  4: 'it is not supported',
  5: 'it failed unexpectedly',
  6: 'nothing came in time',
  7: 'the home hub could not read it',
  8: 'the protocol was violated',
  9: 'the configuration is not valid',
};

export interface RecordingDelegateOptions {
  readonly hap: HAP;
  readonly secureVideo: SecureVideo;
  /** Whether Home wants sound in recordings. */
  readonly isSoundWanted: () => boolean;
  readonly stalledHubs: Pick<StalledHubs, 'drop'>;
  readonly logger: Logger;
}

/** What HAP-NodeJS asks of a camera that records: it hands what the home hub chose on, and the recording back. */
export class RecordingDelegate implements CameraRecordingDelegate {
  readonly #options: RecordingDelegateOptions;

  constructor(options: RecordingDelegateOptions) {
    this.#options = options;
  }

  updateRecordingActive(active: boolean): void {
    this.#options.secureVideo.setActive(active);
  }

  updateRecordingConfiguration(configuration: CameraRecordingConfiguration | undefined): void {
    this.#options.secureVideo.configure(
      configuration && {
        preRollMs: configuration.prebufferLength,
        fragmentMs: configuration.mediaContainerConfiguration.fragmentLength,
      },
    );
  }

  async *handleRecordingStreamRequest(
    streamId: number,
    signal = new AbortController().signal,
  ): AsyncGenerator<RecordingPacket> {
    const { hap, secureVideo, isSoundWanted, stalledHubs, logger } = this.#options;
    const source = secureVideo.prebuffer;
    let recordedMs = 0;
    try {
      if (!source) throw new NoPictureError('the camera is away, or nothing is to be recorded');
      logger.debug(`recording ${streamId} begins`);
      for await (const part of recordingParts({ source, withSound: isSoundWanted(), signal })) {
        recordedMs += part.durationMs;
        yield { data: part.data, isLast: part.isLast };
        stalledHubs.drop();
      }
    } catch (error) {
      logger.warn(`a recording for Apple Home ended early: ${describeError(error)}`);
      throw new hap.HDSProtocolError(CLOSED_UNEXPECTEDLY);
    } finally {
      logger.debug(`recording ${streamId} ended after ${(recordedMs / 1000).toFixed(1)} s`);
    }
  }

  acknowledgeStream(streamId: number): void {
    this.#options.logger.debug(`the home hub has all of recording ${streamId}`);
  }

  closeRecordingStream(streamId: number, reason: number | undefined): void {
    const { logger } = this.#options;
    if (reason === CLOSED_NORMALLY) logger.debug(`the home hub ended recording ${streamId}`);
    else if (reason === undefined) logger.debug(`the home hub is gone, and recording ${streamId} with it`);
    else
      logger.debug(
        `recording ${streamId} was closed: ${CLOSE_REASONS[reason] ?? `for reason ${reason}, which is not known`}`,
      );
  }
}
