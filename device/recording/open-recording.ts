import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '../../foundation/logger.ts';
import type { Tally } from '../telemetry/tally.ts';
import { type RecordableStream, Recorder } from './recorder.ts';
import { RecordingFolder } from './recording-folder.ts';
import type { RecordingSettings } from './recording-settings.ts';

export interface Recording {
  readonly recorder: Recorder;
  readonly folder: RecordingFolder;
}

/** The recorder of a camera, watching its stream, and its folder. `recorder.close` ends both. */
export function openRecording(options: {
  readonly settings: RecordingSettings;
  /** Without it, and without a folder in the settings, recordings go where temporary files go. */
  readonly storage: string | undefined;
  readonly stream: RecordableStream;
  readonly logger: Logger;
  readonly tally: Pick<Tally, 'recordings'>;
  readonly handleChange: () => void;
}): Recording {
  const { settings, storage, stream, logger, tally, handleChange } = options;
  const folder = new RecordingFolder({
    path: settings.folder ?? join(storage ?? join(tmpdir(), 'picam'), 'recordings'),
    isMade: settings.folder === undefined,
    limits: settings,
  });
  const recorder = new Recorder({ stream, folder, settings, logger, tally, handleChange });
  recorder.open();
  return { recorder, folder };
}
