import type { Logger } from '../../foundation/logger.ts';
import { Loudspeaker } from './loudspeaker.ts';
import { parseSpeakerSpec } from './speaker-spec.ts';
import { Talkback } from './talkback.ts';

export interface OpenTalkback {
  readonly talkback: Talkback;
  /** Also what has been said and not yet been heard is not heard any more. */
  silence(): void;
  close(): Promise<void>;
}

/** What viewers say, out of a loudspeaker; undefined when the camera has none. */
export function openTalkback(spec: string, logger: Logger): OpenTalkback | undefined {
  const speaker = parseSpeakerSpec(spec);
  if (!speaker || speaker.kind === 'off') return undefined;
  const loudspeaker = new Loudspeaker({ speaker, logger });
  return {
    talkback: new Talkback({ loudspeaker, logger }),
    silence: () => loudspeaker.silence(),
    close: () => loudspeaker.close(),
  };
}
