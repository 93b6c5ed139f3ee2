import { CameraError } from '../../contract/errors.ts';
import { type H264Format, bestH264Format } from './h264-formats.ts';
import {
  ANY_PORT,
  REJECTED_PORT,
  attribute,
  attributes,
  joinSdp,
  splitSdp,
  type SdpSection,
  type SplitSdp,
} from './sdp-sections.ts';

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
const TRANSPORT_ATTRIBUTES = ['ice-ufrag', 'ice-pwd', 'ice-options', 'fingerprint', 'setup'];

/** A viewer's offer, cut down to the one video it gets. */
export interface VideoOffer {
  /** The video section alone, with a single H.264 format and its retransmissions, and without candidates. */
  readonly sdp: string;
  readonly mid: string;
  /** The video's place among all sections of the offer. */
  readonly index: number;
  readonly profileLevelId: string;
  /** The first candidates the offer held, as in RTCIceCandidateInit.candidate; MAX_REMOTE_CANDIDATES at most. */
  readonly candidates: readonly string[];
  readonly sections: readonly SdpSection[];
  /** The place of another section whose transport the video shares and which must therefore not be rejected. */
  readonly carrier: number | undefined;
}

/**
 * Finds the video a camera can answer.
 *
 * Everything else in the offer (audio, data channels, more video) is kept away from the WebRTC stack and rejected in
 * the answer: what is not parsed cannot be attacked.
 *
 * @throws CameraError `bad_sdp`, saying what is missing.
 */
export function parseVideoOffer(sdp: string): VideoOffer {
  const split = splitSdp(sdp);
  if (!split) throw new CameraError('bad_sdp', 'The offer is not an SDP: it does not begin with "v=0".');
  if (split.sections.length > MAX_SECTIONS) {
    throw new CameraError('bad_sdp', `The offer has more than ${MAX_SECTIONS} media sections.`);
  }
  const { index, section, format } = chooseVideo(split);
  const mid = attribute(section.lines, 'mid');
  if (!mid) throw new CameraError('bad_sdp', 'The video of the offer has no "a=mid:" line (RFC 9143).');
  const transport = transportLines(split, section);
  return {
    sdp: joinSdp(videoOnly(split, section, format, transport, mid)),
    mid,
    index,
    profileLevelId: format.profileLevelId,
    candidates: attributes(section.lines, 'candidate')
      .slice(0, MAX_REMOTE_CANDIDATES)
      .map((value) => `candidate:${value}`),
    sections: split.sections,
    carrier: carrierOf(split, index, transport),
  };
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

/** A port of 0 rejects a section, except in a bundle where it leaves the transport to another (RFC 9143 §6). */
function isOffered({ port, lines }: SdpSection): boolean {
  return port !== REJECTED_PORT || lines.includes('a=bundle-only');
}

function wantsToReceive(split: SplitSdp, section: SdpSection): boolean {
  const isDirection = (line: string) => /^a=(?:sendrecv|recvonly|sendonly|inactive)$/u.test(line);
  const direction = section.lines.find(isDirection) ?? split.sessionLines.find(isDirection) ?? 'a=sendrecv';
  return direction === 'a=sendrecv' || direction === 'a=recvonly';
}

/** The section's own transport attributes, else those of its bundle. */
function transportLines(split: SplitSdp, section: SdpSection): string[] {
  const owner = [section, ...split.sections].find(({ lines }) => attribute(lines, 'ice-ufrag') !== undefined);
  const found = TRANSPORT_ATTRIBUTES.flatMap((name) => {
    const own = attributes(owner?.lines ?? [], name);
    return (own.length > 0 ? own : attributes(split.sessionLines, name)).map((value) => `a=${name}:${value}`);
  });
  for (const name of ['ice-ufrag', 'ice-pwd', 'fingerprint']) {
    if (attribute(found, name) === undefined) {
      throw new CameraError('bad_sdp', `The video of the offer has no "a=${name}:" line.`);
    }
  }
  return found;
}

/** The first of the bundle (its tag, RFC 9143 §7.2), when that is other media on the same transport. */
function carrierOf(split: SplitSdp, video: number, transport: readonly string[]): number | undefined {
  const [tag] = attribute(split.sessionLines, 'group')?.split(' ').slice(1) ?? [];
  const index = split.sections.findIndex(({ lines }) => attribute(lines, 'mid') === tag);
  const section = split.sections[index];
  if (!section || index === video || section.port === REJECTED_PORT) return undefined;
  const isMedia = section.kind === 'audio' || section.kind === 'video';
  const isShared = attribute(section.lines, 'ice-ufrag') === attribute(transport, 'ice-ufrag');
  return isMedia && isShared ? index : undefined;
}

function videoOnly(
  split: SplitSdp,
  section: SdpSection,
  format: H264Format,
  transport: readonly string[],
  mid: string,
): SplitSdp {
  const formats = [format.payloadType, ...format.rtxPayloadTypes];
  const isLeftOut = ['candidate', 'end-of-candidates', 'bundle-only', 'rtcp-mux', ...TRANSPORT_ATTRIBUTES];
  const kept = section.lines.filter((line) => {
    const [, name = '', payloadType = '', value = ''] = /^a=([^:]+)(?::(\S+)\s*(.*))?/u.exec(line) ?? [];
    if (name === 'rtpmap' || name === 'fmtp') return formats.includes(payloadType);
    if (name === 'rtcp-fb') return formats.includes(payloadType) && FEEDBACK.includes(value.trim());
    return !isLeftOut.includes(name);
  });
  const sessionLines = split.sessionLines.filter(
    (line) => !/^a=(?:group|fingerprint|ice-ufrag|ice-pwd|setup|candidate)[:]/u.test(line),
  );
  return {
    sessionLines: [...sessionLines, `a=group:BUNDLE ${mid}`],
    sections: [{ ...section, port: ANY_PORT, formats, lines: [...kept, RTCP_MUX, ...transport] }],
  };
}
