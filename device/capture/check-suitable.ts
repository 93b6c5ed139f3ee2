import type { AccessUnit } from '../../media/access-unit.ts';
import { whyUnsuitable } from '../../media/h264-suitability.ts';
import { SourceError } from './source-error.ts';

/** @throws SourceError for a picture that viewers would not show right, such as one of a stream with B-frames. */
export function checkSuitable(unit: AccessUnit, description: string): void {
  const reason = whyUnsuitable(unit);
  if (reason !== undefined) throw new SourceError(`${description}: ${reason}`, { isFinal: true });
}
