import { CameraError } from '../../contract/errors.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { RecordingFolder } from '../recording/recording-folder.ts';
import type { Handlers } from './handlers.ts';

/** Recording on command, and what has been recorded. */
export function recordHandlers(recorder: Recorder, folder: RecordingFolder): Pick<Handlers, 'record'> {
  const current = () => ({ recording: recorder.recording, file: recorder.file });
  return {
    record: async ({ data }) => {
      switch (data.action) {
        case 'start':
          await recorder.start(data.seconds);
          return current();
        case 'stop':
          await recorder.stop();
          return current();
        case 'list':
          return { ...current(), ...(await folder.list(data.limit)) };
        case 'remove':
          if (data.name === recorder.file) {
            throw new CameraError('busy', 'This recording is still being written; stop it first.');
          }
          await folder.remove(data.name);
          return current();
      }
    },
  };
}
