import type { Fate } from './lossy-relay.ts';

/** How long what waits in front of a narrow link takes at most; what comes then is lost. */
const LONGEST_QUEUE_MS = 300;

/** A link that takes so many kilobits a second, with a queue before it as routers have one. For a LossyRelay. */
export function narrowLink(kbps: number): (packet: Buffer) => Fate {
  let freeAtMs = 0;
  return (packet) => {
    const nowMs = performance.now();
    if (freeAtMs - nowMs > LONGEST_QUEUE_MS) return 'lost';
    freeAtMs = Math.max(freeAtMs, nowMs) + (packet.length * 8) / kbps;
    return freeAtMs - nowMs;
  };
}
