import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Node makes small buffers from larger ones, of 64 KiB, and each is there until the last of its parts is not. */
const POOL_BYTES = 8 * 1024;

/** What keys there are of a viewer's connection would hold four of Node's own pools. To be called before there are any. */
export function keepPoolsSmall(): void {
  Buffer.poolSize = POOL_BYTES;
}

/**
 * Keeps V8's space for young objects at the size it begins with. It would double with what is loaded at the start, up
 * to 32 MB, and never give that back; and clearing a large one away holds pictures up for longer, if less often.
 *
 * V8 looks this up whenever it would grow the space, so that it may be set while it runs; a V8 that knows it no more
 * only says so.
 */
export function keepHeapLean(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/**
 * Gives back what the heap no longer needs, which V8 does not do by itself while little happens. It takes about a
 * tenth of a second, on a small Pi more: nothing for the time when somebody watches.
 */
export function tidyHeap(): void {
  collectorOfGarbage()?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

type Collector = (options: {
  readonly type: string;
  readonly execution: string;
  readonly flavor: string;
}) => void;

/** Only a context that is made while the flag is set has it. */
function collectorOfGarbage(): Collector | undefined {
  setFlagsFromString('--expose-gc');
  try {
    return runInNewContext('globalThis.gc') as Collector | undefined;
  } finally {
    setFlagsFromString('--no-expose-gc');
  }
}
