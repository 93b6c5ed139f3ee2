import {
  attribute,
  encodings,
  isOffered,
  wantsToReceive,
  type SdpSection,
  type SplitSdp,
} from './sdp-sections.ts';

/** A section of an offer that can receive a camera's sound. */
export interface OfferedAudio {
  readonly mid: string;
  /** Its place among all sections of the offer. */
  readonly index: number;
  readonly section: SdpSection;
  readonly payloadType: number;
}

const OPUS = 'opus/48000/2';
const LARGEST_PAYLOAD_TYPE = 127;

/** The first audio on the video's transport that receives Opus; undefined without any. */
export function findAudio(split: SplitSdp, bundle: readonly string[]): OfferedAudio | undefined {
  for (const [index, section] of split.sections.entries()) {
    const mid = attribute(section.lines, 'mid');
    const payloadType = opusPayloadType(section);
    if (section.kind !== 'audio' || mid === undefined || !bundle.includes(mid)) continue;
    if (payloadType === undefined || !isOffered(section) || !wantsToReceive(split, section)) continue;
    return { mid, index, section, payloadType };
  }
  return undefined;
}

function opusPayloadType(section: SdpSection): number | undefined {
  const opus = encodings(section).find(({ encoding }) => encoding === OPUS);
  if (!opus || !/^\d{1,3}$/u.test(opus.payloadType)) return undefined;
  const payloadType = Number(opus.payloadType);
  return payloadType > LARGEST_PAYLOAD_TYPE ? undefined : payloadType;
}
