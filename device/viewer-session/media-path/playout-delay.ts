import type { RtpHeaderExtension } from '../../../media/rtp.ts';

export const PLAYOUT_DELAY_URI = 'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay';

/** Smallest and largest delay, 12 bits each, in steps of 10 ms: show every picture as soon as it is there. */
const NONE = Buffer.from([0, 0, 0]);
/** 0 to 100 ms: room to wait for packets that are sent again. */
const ROOM_FOR_REPAIR = Buffer.from([0, 0, 10]);

/** How long a viewer may hold pictures back before it shows them. */
export function playoutDelayExtension(id: number, isLosing: boolean): RtpHeaderExtension {
  return { id, data: isLosing ? ROOM_FOR_REPAIR : NONE };
}
