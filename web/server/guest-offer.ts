import {
  joinSdp,
  splitSdp,
  wantsToReceive,
  type SdpSection,
  type SplitSdp,
} from '../../media/sdp-sections.ts';

const DIRECTION = /^a=(?:sendrecv|sendonly|recvonly|inactive)$/u;

/**
 * An offer by which nothing is said: whoever was sent a link may watch, and not talk to who stands before the camera. It
 * is read as the camera reads it, so that nothing is a voice there that is none here. What is no SDP stays as it is.
 */
export function withoutVoice(offer: string): string {
  const split = splitSdp(offer);
  if (!split) return offer;
  const sections = split.sections.map((one) => (one.kind === 'audio' ? quiet(split, one) : one));
  return joinSdp({ ...split, sections });
}

function quiet(split: SplitSdp, section: SdpSection): SdpSection {
  const left = wantsToReceive(split, section) ? 'a=recvonly' : 'a=inactive';
  return { ...section, lines: [...section.lines.filter((line) => !DIRECTION.test(line)), left] };
}
