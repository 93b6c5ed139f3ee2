import { createReadStream } from 'node:fs';
import type { AccessUnit } from '../../media/access-unit.ts';
import { AccessUnitSplitter } from '../../media/access-unit-splitter.ts';
import type { Clock } from './clock.ts';
import { SourceError } from './source-error.ts';

export interface RawFilePlayerOptions {
  readonly path: string;
  readonly framesPerSecond: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly handleAccessUnit: (unit: AccessUnit) => void;
}

const MICROSECONDS_PER_SECOND = 1_000_000;
const MICROSECONDS_PER_MILLISECOND = 1000;
const READ_BYTES = 256 * 1024;
/** Further behind than this (the machine slept), pictures are not hurried to catch up. */
const MOST_BEHIND_US = 500_000;

/**
 * Plays an H.264 byte stream from a file at its own pace, over and over, until aborted.
 *
 * @throws SourceError when the file has no pictures any more; what reading and splitting throw.
 */
export async function playRawFile(options: RawFilePlayerOptions): Promise<void> {
  const { clock, signal, framesPerSecond, handleAccessUnit } = options;
  const intervalUs = MICROSECONDS_PER_SECOND / framesPerSecond;
  let dueUs = clock.nowUs();
  for await (const unit of repeat(options)) {
    const nowUs = clock.nowUs();
    if (dueUs < nowUs - MOST_BEHIND_US) dueUs = nowUs;
    if (dueUs > nowUs) await pause((dueUs - nowUs) / MICROSECONDS_PER_MILLISECOND, clock, signal);
    if (signal.aborted) return;
    handleAccessUnit({ ...unit, captureTimeUs: clock.nowUs() });
    dueUs += intervalUs;
  }
}

async function* repeat({ path, signal }: RawFilePlayerOptions): AsyncGenerator<AccessUnit> {
  while (!signal.aborted) {
    let hasKeyframe = false;
    for await (const unit of readOnce(path)) {
      hasKeyframe ||= unit.isKeyframe;
      if (hasKeyframe) yield unit;
    }
    if (!hasKeyframe) throw new SourceError(`file ${path} has no key frame any more; was it replaced?`);
  }
}

async function* readOnce(path: string): AsyncGenerator<AccessUnit> {
  const splitter = new AccessUnitSplitter();
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
    yield* splitter.push(chunk as Buffer, 0);
  }
  const last = splitter.endOfInput();
  if (last !== undefined) yield last;
}

/** Ends early, without an error, when aborted. */
function pause(delayMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      cancel();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = clock.after(delayMs, finish);
    signal.addEventListener('abort', finish, { once: true });
    if (signal.aborted) finish();
  });
}
