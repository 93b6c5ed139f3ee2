import type { Fragment } from '../../camera-client/fragments/fragment-builder.ts';
import type { FragmentFeed } from './fragment-feed.ts';
import { RecordingMuxer, soundPlaces } from './recording-muxer.ts';
import type { RecordedSound } from './sound/recorded-sound.ts';

/** The hub gives up when nothing comes for about five seconds. */
const LONGEST_PAUSE_MS = 4_500;
/** A key frame completes a fragment; the sound before it is on its way then, through the encoder. */
const SOUND_WAIT_MS = 300;
const TICKS_PER_MS = 90;
/** The hub ends a recording after about three minutes; one that it forgot must not go on for ever. */
const LONGEST_RECORDING_MS = 200_000;

/** Why a recording could not be ended in good order. */
export class NoPictureError extends Error {
  override readonly name = 'NoPictureError';
}

/** What a recording reads from. */
export interface RecordingSource {
  readonly feed: FragmentFeed;
  readonly sound: Pick<RecordedSound, 'frames'>;
  finishFragment(): void;
  requestKeyframe(): void;
}

export interface RecordingOptions {
  readonly source: RecordingSource;
  readonly withSound: boolean;
  /** Aborted when whoever receives the recording has ended it. */
  readonly signal: AbortSignal;
}

export interface RecordingPart {
  readonly data: Buffer;
  readonly isLast: boolean;
  /** How much of the camera's time it holds; 0 for the part that only describes it. */
  readonly durationMs: number;
}

/**
 * One recording: its description, then fragments from the pre-roll on, each as soon as it is complete.
 * @throws NoPictureError when the camera's pictures stopped and nothing is left to be marked as the last part.
 */
export async function* recordingParts(options: RecordingOptions): AsyncGenerator<RecordingPart, void, void> {
  const { source, withSound, signal } = options;
  const muxer = new RecordingMuxer({ withSound });
  let from = source.feed.beginning;
  let first: Fragment | undefined;
  if (source.feed.bytes === 0) source.requestKeyframe();
  for (;;) {
    const next = await nextFragment(source, from, signal);
    if (signal.aborted) return;
    if (!next) throw new NoPictureError('the camera gave no picture');
    const { number, fragment } = next;
    from = number + 1;
    if (!first) yield { data: muxer.initialization(fragment.parameterSets), isLast: false, durationMs: 0 };
    first ??= fragment;
    if (first.parameterSets !== fragment.parameterSets)
      throw new NoPictureError('the camera sends another picture than the one that the recording began with');
    const recordedTicks = fragment.startTicks + fragment.durationTicks - first.startTicks;
    const isLast = fragment.isLast || recordedTicks >= LONGEST_RECORDING_MS * TICKS_PER_MS;
    const sound = withSound ? await soundOf(source, fragment, signal) : undefined;
    yield { data: muxer.segment(fragment, sound), isLast, durationMs: fragment.durationTicks / TICKS_PER_MS };
    if (isLast) return;
  }
}

function soundOf({ sound }: RecordingSource, fragment: Fragment, signal: AbortSignal) {
  const { from, to } = soundPlaces(fragment);
  return sound.frames(from, to, { timeoutMs: SOUND_WAIT_MS, signal });
}

/** When no key frame came in time, what there is since the last one becomes the last fragment. */
async function nextFragment(source: RecordingSource, from: number, signal: AbortSignal) {
  const wish = { from, timeoutMs: LONGEST_PAUSE_MS, signal };
  const next = await source.feed.next(wish);
  if (next || signal.aborted) return next;
  source.finishFragment();
  return source.feed.next({ ...wish, timeoutMs: 0 });
}
