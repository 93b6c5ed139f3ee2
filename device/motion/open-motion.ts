import { describeError, type Logger } from '../../foundation/logger.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { RecordingSettings } from '../recording/recording-settings.ts';
import type { EventPublisher } from '../status/event-publisher.ts';
import type { MotionSettings } from './motion-settings.ts';
import { MotionState } from './motion-state.ts';
import { MotionWatch, type MotionWatchOptions } from './motion-watch.ts';

export interface Motion {
  readonly state: MotionState;
  close(): void;
}

/** Motion of a camera as its settings want it: watched for, told, recorded. */
export function openMotion(options: {
  readonly settings: MotionSettings;
  readonly recording: Pick<RecordingSettings, 'onMotion' | 'preRollS'>;
  readonly source: MotionWatchOptions['source'];
  readonly stream: MotionWatchOptions['stream'];
  readonly recorder: Pick<Recorder, 'start' | 'stop'>;
  readonly events: Pick<EventPublisher, 'publish'>;
  readonly logger: Logger;
  readonly handleChange: () => void;
}): Motion {
  const { settings, recording, source, stream, recorder, events, logger, handleChange } = options;
  const record = (isMoving: boolean) =>
    isMoving ? recorder.start(undefined, 'motion') : recorder.stop('motion');
  const state = new MotionState({
    coolDownMs: settings.coolDownS * 1000,
    handleChange: (motion, witness) => {
      events.publish('motion', { motion, witness });
      handleChange();
      if (!recording.onMotion) return;
      record(motion).catch((error: unknown) => {
        logger.warn(`motion could not be recorded: ${describeError(error)}`);
      });
    },
  });
  const watch = new MotionWatch({
    source,
    stream,
    sensitivity: settings.sensitivity,
    detects: settings.detect,
    handleSight: (isMoving) => state.handleSight('camera', isMoving),
    logger,
  });
  if (settings.detect || (recording.onMotion && recording.preRollS > 0)) watch.open();
  return {
    state,
    close: () => {
      watch.close();
      state.close();
    },
  };
}
