import type { SentPicture } from './messages.ts';
import type { ShownPicture } from './page.ts';

const MODULUS_32_BITS = 2 ** 32;
/** So many of the shown pictures are tried as the one that tells the offset. */
const TRIED = 5;

/**
 * Milliseconds from sent to shown, of each picture that was shown.
 *
 * Every sender adds a number of its own to all timestamps. It is the one with which most of them fit: pictures are sent
 * at moments irregular enough for no other to do.
 */
export function delaysMs(sent: readonly SentPicture[], shown: readonly ShownPicture[]): number[] {
  const sentAtMs = sentTimes(sent, offsetOf(sent, shown));
  return shown.flatMap(({ rtpTimestamp, shownAtMs }) => {
    const at = sentAtMs.get(rtpTimestamp);
    return at === undefined ? [] : [shownAtMs - at];
  });
}

function offsetOf(sent: readonly SentPicture[], shown: readonly ShownPicture[]): number {
  const offsets = shown
    .slice(-TRIED)
    .flatMap((last) => sent.map(({ rtpTimestamp }) => modulo(last.rtpTimestamp - rtpTimestamp)));
  const fits = offsets.map((offset) => {
    const times = sentTimes(sent, offset);
    return { offset, count: shown.filter(({ rtpTimestamp }) => times.has(rtpTimestamp)).length };
  });
  return fits.reduce((best, one) => (one.count > best.count ? one : best), { offset: 0, count: 0 }).offset;
}

function sentTimes(sent: readonly SentPicture[], offset: number): Map<number, number> {
  return new Map(sent.map(({ rtpTimestamp, sentAtMs }) => [modulo(rtpTimestamp + offset), sentAtMs]));
}

function modulo(timestamp: number): number {
  return ((timestamp % MODULUS_32_BITS) + MODULUS_32_BITS) % MODULUS_32_BITS;
}
