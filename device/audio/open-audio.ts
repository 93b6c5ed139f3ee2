import type { Logger } from '../../foundation/logger.ts';
import { systemClock } from '../capture/clock.ts';
import type { AudioSettings } from './audio-settings.ts';
import { AudioStream } from './audio-stream.ts';
import { MicrophoneSource } from './microphone-source.ts';
import { parseMicrophoneSpec } from './microphone-spec.ts';

/** The camera's sound; undefined when it has none. `stop` turns its microphone off. */
export function openAudio(options: {
  readonly settings: AudioSettings;
  readonly logger: Logger;
  readonly checkAllowed: () => void;
  readonly handleChange: () => void;
}): AudioStream | undefined {
  const { settings, ...others } = options;
  const microphone = parseMicrophoneSpec(settings.source);
  if (!microphone || microphone.kind === 'off') return undefined;
  const source = new MicrophoneSource(microphone, settings, systemClock, options.logger);
  return new AudioStream({ source, ...others });
}
