import { MAX_CHANNEL_MESSAGE_BYTES } from '../../../contract/limits.ts';
import {
  ANY_PORT,
  attribute,
  isOffered,
  type SdpSection,
  type SplitSdp,
} from '../../../media/sdp-sections.ts';

/** The place for data channels in an offer (RFC 8841). */
export interface OfferedData {
  readonly mid: string;
  /** Its place among all sections of the offer. */
  readonly index: number;
  readonly section: SdpSection;
  readonly sctpPort: number;
}

const PROTOCOL = 'UDP/DTLS/SCTP';
const FORMAT = 'webrtc-datachannel';
const LARGEST_PORT = 65_535;

/** The first data section on the video's transport; undefined without any. */
export function findData(split: SplitSdp, bundle: readonly string[]): OfferedData | undefined {
  for (const [index, section] of split.sections.entries()) {
    const mid = attribute(section.lines, 'mid');
    const sctpPort = portOf(section);
    if (section.kind !== 'application' || section.protocol !== PROTOCOL) continue;
    if (!section.formats.includes(FORMAT) || !isOffered(section)) continue;
    if (mid === undefined || !bundle.includes(mid) || sctpPort === undefined) continue;
    return { mid, index, section, sctpPort };
  }
  return undefined;
}

/** All that the WebRTC stack is shown of it, or a viewer of its answer; `transport` is the video's. */
export function dataSection(mid: string, sctpPort: number, transport: readonly string[]): SdpSection {
  const lines = [
    'c=IN IP4 0.0.0.0',
    `a=mid:${mid}`,
    `a=sctp-port:${sctpPort}`,
    `a=max-message-size:${MAX_CHANNEL_MESSAGE_BYTES}`,
    ...transport,
  ];
  return { kind: 'application', port: ANY_PORT, protocol: PROTOCOL, formats: [FORMAT], lines };
}

function portOf({ lines }: SdpSection): number | undefined {
  const text = attribute(lines, 'sctp-port') ?? '';
  const port = /^\d{1,5}$/u.test(text) ? Number(text) : 0;
  return port > 0 && port <= LARGEST_PORT ? port : undefined;
}
