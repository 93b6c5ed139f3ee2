import { FFMPEG_MISSING } from '../../device/capture/ffmpeg.ts';
import type { ProgramRun, RunProgram } from '../../device/capture/program-run.ts';
import { speakerTrial } from '../../device/talkback/speaker-command.ts';
import { parseSpeakerSpec } from '../../device/talkback/speaker-spec.ts';
import type { SoundDeviceFact } from './facts.ts';

const TIMEOUT_MS = 5_000;
const LONGEST_WORDS = 200;
const REMEDY = 'try another "audio.speaker"; "aplay -L" and "pactl list short sinks" list what there is';

/** Plays a moment of silence; undefined when no loudspeaker is configured, or only a file. Never rejects. */
export async function trySpeaker(spec: string, run: RunProgram): Promise<SoundDeviceFact | undefined> {
  const speaker = parseSpeakerSpec(spec);
  if (!speaker || speaker.kind === 'off' || speaker.kind === 'file') return undefined;
  const trial = await run('ffmpeg', speakerTrial(speaker), TIMEOUT_MS);
  if (trial.kind === 'ended' && trial.exitCode === 0) return { spec };
  if (trial.kind === 'missing')
    return { spec, failure: { problem: 'cannot be used without ffmpeg', remedy: FFMPEG_MISSING } };
  return { spec, failure: { problem: problemOf(trial), remedy: REMEDY } };
}

function problemOf(trial: Exclude<ProgramRun, { readonly kind: 'missing' }>): string {
  if (trial.kind === 'timed-out') return `did not take any sound within ${TIMEOUT_MS / 1000} s`;
  if (trial.kind === 'failed') return `could not be tried (${trial.problem})`;
  return `does not play (ffmpeg said: ${trial.stderr.trim().replace(/\s+/gu, ' ').slice(-LONGEST_WORDS)})`;
}
