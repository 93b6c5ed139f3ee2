import type { Logger } from '../../foundation/logger.ts';
import { ByteStreamReader } from './byte-stream-reader.ts';
import type { Clock } from './clock.ts';
import { PreparedSource } from './prepared-source.ts';
import { ProcessSource } from './process-source.ts';
import { type RunProgram, runProgram } from './program-run.ts';
import { RPICAM_MISSING, rpicamCommand } from './rpicam-command.ts';
import { findRpicamProgram } from './rpicam-program.ts';
import { SourceError } from './source-error.ts';
import type { Source, VideoSettings } from './source.ts';

/** A camera on the Pi's ribbon cable through rpicam-vid: no Python, but no key frame on demand either. */
export function createRpicamSource(
  camera: number,
  video: VideoSettings,
  clock: Clock,
  logger: Logger,
  run: RunProgram = runProgram,
): Source {
  return new PreparedSource({
    description: `camera ${camera}`,
    logger,
    prepare: async () => {
      const program = await findRpicamProgram(run);
      if (!program) throw new SourceError(RPICAM_MISSING);
      return new ProcessSource({
        description: `camera ${camera} by ${program.name} ${program.version}`,
        command: rpicamCommand(program, camera, video),
        createReader: () => new ByteStreamReader(video.fps),
        clock,
        logger,
      });
    },
  });
}
