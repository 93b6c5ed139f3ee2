import {
  attribute,
  encodings,
  isOffered,
  wantsToReceive,
  wantsToSend,
  type SdpSection,
  type SplitSdp,
} from '../../media/sdp-sections.ts';

/** What a camera has. */
export interface SoundOfCamera {
  readonly microphone: boolean;
  readonly speaker: boolean;
}

/** A section of an offer for a camera's sound, or for what its viewer says, or for both. */
export interface OfferedAudio {
  readonly mid: string;
  /** Its place among all sections of the offer. */
  readonly index: number;
  readonly section: SdpSection;
  readonly payloadType: number;
  /** The camera's sound goes there. */
  readonly sends: boolean;
  /** What the viewer says comes from there. */
  readonly receives: boolean;
}

const OPUS = 'opus/48000/2';
const LARGEST_PAYLOAD_TYPE = 127;

/** The first audio on the video's transport that has use for Opus; undefined without any. */
export function findAudio(
  split: SplitSdp,
  bundle: readonly string[],
  { microphone, speaker }: SoundOfCamera,
): OfferedAudio | undefined {
  for (const [index, section] of split.sections.entries()) {
    const mid = attribute(section.lines, 'mid');
    const payloadType = opusPayloadType(section);
    if (section.kind !== 'audio' || mid === undefined || !bundle.includes(mid)) continue;
    if (payloadType === undefined || !isOffered(section)) continue;
    const sends = microphone && wantsToReceive(split, section);
    const receives = speaker && wantsToSend(split, section);
    if (sends || receives) return { mid, index, section, payloadType, sends, receives };
  }
  return undefined;
}

function opusPayloadType(section: SdpSection): number | undefined {
  const opus = encodings(section).find(({ encoding }) => encoding === OPUS);
  if (!opus || !/^\d{1,3}$/u.test(opus.payloadType)) return undefined;
  const payloadType = Number(opus.payloadType);
  return payloadType > LARGEST_PAYLOAD_TYPE ? undefined : payloadType;
}
