import type { Logger } from '../../foundation/logger.ts';
import type { CameraFindings } from './camera-findings.ts';
import { chooseSource } from './choose-source.ts';
import { findCameras } from './find-cameras.ts';
import { PreparedSource } from './prepared-source.ts';
import { SourceError } from './source-error.ts';
import type { Source } from './source.ts';

export interface AutoSourceOptions {
  readonly create: (spec: string) => Source;
  readonly logger: Logger;
  readonly find?: () => Promise<CameraFindings>;
}

/** The best camera that is there; looked for at the first start, and again after a failure. */
export function createAutoSource({ create, logger, find = findCameras }: AutoSourceOptions): Source {
  return new PreparedSource({
    description: 'the camera of this machine',
    logger,
    prepare: async () => {
      const choice = chooseSource(await find());
      if (choice.kind === 'none') {
        throw new SourceError(
          `no camera was found. Looked for ${choice.lookedFor.join('; ')}. What to do: ${choice.remedies.join('; ')}.`,
        );
      }
      logger.info(`source "${choice.spec}" is taken: ${choice.because}`);
      return create(choice.spec);
    },
  });
}
