import { CameraError } from '../../contract/errors.ts';
import { findAudio, type OfferedAudio, type SoundOfCamera } from './audio-offer.ts';
import { bundleOf, candidatesOf, carrierOf, isTransportAttribute, transportLines } from './bundle.ts';
import { dataSection, findData, type OfferedData } from './data-channel/data-offer.ts';
import { type H264Format, bestH264Format } from './h264-formats.ts';
import {
  ANY_PORT,
  attribute,
  isOffered,
  joinSdp,
  splitSdp,
  wantsToReceive,
  type SdpSection,
  type SplitSdp,
} from '../../media/sdp-sections.ts';

const MAX_SECTIONS = 32;
/** From one viewer, with its offer and after it. Each is checked with packets of the camera's. */
export const MAX_REMOTE_CANDIDATES = 128;
/** A section on another's transport may leave this to it; the camera sends in no other way. */
const RTCP_MUX = 'a=rtcp-mux';
/**
 * What the camera listens to. A viewer that may not report every packet's arrival (transport-cc) works out itself what
 * its link takes and tells it (REMB).
 */
const FEEDBACK = ['nack', 'nack pli', 'ccm fir', 'goog-remb'];

const SILENT: SoundOfCamera = { microphone: false, speaker: false };

/** A viewer's offer, cut down to the one video it gets, and the places for sound and messages beside it. */
export interface VideoOffer {
  /**
   * The video section with a single H.264 format and its retransmissions, and one for data channels where they are wanted;
   * without candidates.
   */
  readonly sdp: string;
  readonly mid: string;
  /** The video's place among all sections of the offer. */
  readonly index: number;
  readonly profileLevelId: string;
  /** Where the sound goes, and the viewer's voice comes from; undefined when the camera or the viewer wants neither. */
  readonly audio: OfferedAudio | undefined;
  /** Where data channels go; undefined when the camera or the viewer wants none. */
  readonly data: OfferedData | undefined;
  /** The first candidates the offer held, as in RTCIceCandidateInit.candidate; MAX_REMOTE_CANDIDATES at most. */
  readonly candidates: readonly string[];
  readonly sections: readonly SdpSection[];
  /** The mids that share the video's transport, in their order. */
  readonly bundle: readonly string[];
  /** The place of another section whose transport the video shares and which must therefore not be rejected. */
  readonly carrier: number | undefined;
}

/**
 * Finds the video a camera can answer, and where its sound and messages can go if it has some.
 *
 * Everything but the video is kept away from the WebRTC stack: what is not parsed cannot be attacked. Of the audio no more
 * is read than where and as what Opus may be sent, and a section for data channels is written anew; the rest is rejected in
 * the answer.
 *
 * @throws CameraError `bad_sdp`, saying what is missing.
 */
export function parseVideoOffer(
  sdp: string,
  { sound = SILENT, withData = false }: { readonly sound?: SoundOfCamera; readonly withData?: boolean } = {},
): VideoOffer {
  const split = splitSdp(sdp);
  if (!split) throw new CameraError('bad_sdp', 'The offer is not an SDP: it does not begin with "v=0".');
  if (split.sections.length > MAX_SECTIONS) {
    throw new CameraError('bad_sdp', `The offer has more than ${MAX_SECTIONS} media sections.`);
  }
  const { index, section, format } = chooseVideo(split);
  const mid = attribute(section.lines, 'mid');
  if (!mid) throw new CameraError('bad_sdp', 'The video of the offer has no "a=mid:" line (RFC 9143).');
  const bundle = bundleOf(split, mid);
  const audio = findAudio(split, bundle, sound);
  const data = withData ? findData(split, bundle) : undefined;
  const others = [audio, data].flatMap((other) => (other && isBefore(other.mid, mid, bundle) ? [other] : []));
  const accepted = [...inOrder(others, bundle), section];
  const transport = checkedTransport(split, accepted);
  const carrier = carrierOf(split, bundle, accepted, transport);
  return {
    sdp: joinSdp(withPlaceFor(data, videoOnly(split, section, format, transport), mid, transport)),
    mid,
    index,
    profileLevelId: format.profileLevelId,
    audio,
    data,
    candidates: offeredCandidates(split, bundle, transport),
    sections: split.sections,
    bundle,
    carrier,
  };
}

function isBefore(one: string, other: string, bundle: readonly string[]): boolean {
  return bundle.indexOf(one) < bundle.indexOf(other);
}

function inOrder(
  others: readonly { readonly mid: string; readonly section: SdpSection }[],
  bundle: readonly string[],
): SdpSection[] {
  return [...others]
    .sort((one, other) => bundle.indexOf(one.mid) - bundle.indexOf(other.mid))
    .map(({ section }) => section);
}

function checkedTransport(split: SplitSdp, accepted: readonly SdpSection[]): string[] {
  const found = transportLines(split, accepted);
  for (const name of ['ice-ufrag', 'ice-pwd', 'fingerprint']) {
    if (attribute(found, name) === undefined) {
      throw new CameraError('bad_sdp', `The video of the offer has no "a=${name}:" line.`);
    }
  }
  return found;
}

function offeredCandidates(
  split: SplitSdp,
  bundle: readonly string[],
  transport: readonly string[],
): string[] {
  const bundled = split.sections.filter(({ lines }) => bundle.includes(attribute(lines, 'mid') ?? ''));
  return candidatesOf(bundled, transport)
    .slice(0, MAX_REMOTE_CANDIDATES)
    .map((value) => `candidate:${value}`);
}

function chooseVideo(split: SplitSdp): { index: number; section: SdpSection; format: H264Format } {
  const videos = split.sections
    .map((section, index) => ({ section, index }))
    .filter(({ section }) => section.kind === 'video' && isOffered(section));
  if (videos.length === 0) {
    throw new CameraError('bad_sdp', 'The offer asks for no video; add a video transceiver with "recvonly".');
  }
  const receiving = videos.filter(({ section }) => wantsToReceive(split, section));
  if (receiving.length === 0) {
    throw new CameraError('bad_sdp', 'The offer receives no video; make its video "recvonly" or "sendrecv".');
  }
  for (const { section, index } of receiving) {
    const format = bestH264Format(section);
    if (format) return { index, section, format };
  }
  throw new CameraError(
    'bad_sdp',
    'The offer has no H.264 with packetization-mode=1 in its video; the camera sends only that.',
  );
}

function videoOnly(
  split: SplitSdp,
  section: SdpSection,
  format: H264Format,
  transport: readonly string[],
): SplitSdp {
  const formats = [format.payloadType, ...format.rtxPayloadTypes];
  const isLeftOut = ['candidate', 'end-of-candidates', 'bundle-only', 'rtcp-mux'];
  const kept = section.lines.filter((line) => {
    const [, name = '', payloadType = '', value = ''] = /^a=([^:]+)(?::(\S+)\s*(.*))?/u.exec(line) ?? [];
    if (name === 'rtpmap' || name === 'fmtp') return formats.includes(payloadType);
    if (name === 'rtcp-fb') return formats.includes(payloadType) && FEEDBACK.includes(value.trim());
    return !isLeftOut.includes(name) && !isTransportAttribute(name);
  });
  const sessionLines = split.sessionLines.filter(
    (line) => !/^a=(?:group|fingerprint|ice-ufrag|ice-pwd|setup|candidate)[:]/u.test(line),
  );
  return {
    sessionLines,
    sections: [{ ...section, port: ANY_PORT, formats, lines: [...kept, RTCP_MUX, ...transport] }],
  };
}

/** The video's offer with its bundle, of which data channels are a part where there are some. */
function withPlaceFor(
  data: OfferedData | undefined,
  { sessionLines, sections }: SplitSdp,
  mid: string,
  transport: readonly string[],
): SplitSdp {
  const place = data && dataSection(data.mid, data.sctpPort, transport);
  return {
    sessionLines: [...sessionLines, `a=group:BUNDLE ${data ? `${mid} ${data.mid}` : mid}`],
    sections: place ? [...sections, place] : sections,
  };
}
