import type { ArrivedPicture } from './messages.ts';

/** For each picture that came both ways, how much later than at first hand it came, in milliseconds. */
export function addedDelaysMs(
  pictures: readonly ArrivedPicture[],
  firstHand: readonly ArrivedPicture[],
): number[] {
  const delaysMs = new Map(firstHand.map(({ readyAtMs, delayMs }) => [readyAtMs, delayMs]));
  return pictures.flatMap(({ readyAtMs, delayMs }) => {
    const atFirstHand = delaysMs.get(readyAtMs);
    return atFirstHand === undefined ? [] : [delayMs - atFirstHand];
  });
}
