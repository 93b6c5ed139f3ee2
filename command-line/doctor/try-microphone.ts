import type { AudioSettings } from '../../device/audio/audio-settings.ts';
import { microphoneTrial } from '../../device/audio/microphone-command.ts';
import { knownMicrophoneFailure, type MicrophoneFailure } from '../../device/audio/microphone-failures.ts';
import { parseMicrophoneSpec } from '../../device/audio/microphone-spec.ts';
import { FFMPEG_MISSING } from '../../device/capture/ffmpeg.ts';
import type { ProgramRun, RunProgram } from '../../device/capture/program-run.ts';
import type { SoundDeviceFact } from './facts.ts';

const TIMEOUT_MS = 5_000;
const LONGEST_WORDS = 200;

/** Records for a moment, as the camera would; undefined when no microphone is configured. Never rejects. */
export async function tryMicrophone(
  settings: AudioSettings,
  run: RunProgram,
): Promise<SoundDeviceFact | undefined> {
  const { source: spec } = settings;
  const microphone = parseMicrophoneSpec(spec);
  if (!microphone || microphone.kind === 'off') return undefined;
  const trial = await run('ffmpeg', microphoneTrial(microphone, settings), TIMEOUT_MS);
  if (trial.kind === 'ended' && trial.exitCode === 0) return { spec };
  const said = trial.kind === 'ended' ? trial.stderr : '';
  return { spec, failure: knownMicrophoneFailure(said, microphone) ?? unknownFailure(trial) };
}

function unknownFailure(trial: ProgramRun): MicrophoneFailure {
  const remedy = 'try another "audio.source"; "arecord -L" and "pactl list short sources" list what there is';
  switch (trial.kind) {
    case 'missing':
      return { problem: 'cannot be recorded without ffmpeg', remedy: FFMPEG_MISSING };
    case 'timed-out':
      return { problem: `gave no sound within ${TIMEOUT_MS / 1000} s`, remedy };
    case 'failed':
      return { problem: `could not be tried (${trial.problem})`, remedy };
    case 'ended': {
      const words = trial.stderr.trim().replace(/\s+/gu, ' ').slice(-LONGEST_WORDS);
      return { problem: `cannot be recorded from (ffmpeg said: ${words})`, remedy };
    }
  }
}
