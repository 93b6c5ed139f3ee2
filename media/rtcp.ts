/** RTCP packet types (RFC 3550 §12.1, RFC 4585 §6.1). */
export const RtcpType = {
  senderReport: 200,
  receiverReport: 201,
  sourceDescription: 202,
  bye: 203,
  transportFeedback: 205,
  payloadFeedback: 206,
} as const;

/** How a receiver sees one stream (RFC 3550 §6.4.1). */
export interface ReportBlock {
  readonly ssrc: number;
  /** Share of packets lost since the last report, 0–1. */
  readonly fractionLost: number;
  /** Packets lost since the stream began; negative when there were duplicates. */
  readonly cumulativeLost: number;
  /** The 16-bit sequence number with the count of its wraps above it. */
  readonly highestSequence: number;
  /** In ticks of the stream's clock. */
  readonly jitter: number;
  /** The middle 32 bits of the NTP time in the last sender report received; 0 for none. */
  readonly lastSenderReport: number;
  /** Time since that report came, in 1/65536 s. */
  readonly delaySinceLastSenderReport: number;
}

export type RtcpPacket =
  | {
      readonly kind: 'sr';
      readonly ssrc: number;
      readonly ntpSeconds: number;
      readonly ntpFraction: number;
      readonly rtpTimestamp: number;
      readonly packetCount: number;
      readonly octetCount: number;
      readonly reports: readonly ReportBlock[];
    }
  | { readonly kind: 'rr'; readonly ssrc: number; readonly reports: readonly ReportBlock[] }
  | { readonly kind: 'pli'; readonly senderSsrc: number; readonly mediaSsrc: number }
  /** A receiver repeats a request with the same `sequence` until it is served (RFC 5104 §4.3.1). */
  | {
      readonly kind: 'fir';
      readonly senderSsrc: number;
      readonly requests: readonly { readonly ssrc: number; readonly sequence: number }[];
    }
  /** `lost` are 16-bit sequence numbers in the order they are listed. */
  | {
      readonly kind: 'nack';
      readonly senderSsrc: number;
      readonly mediaSsrc: number;
      readonly lost: readonly number[];
    }
  | {
      readonly kind: 'remb';
      readonly senderSsrc: number;
      readonly bitrateBps: number;
      readonly ssrcs: readonly number[];
    }
  | { readonly kind: 'bye'; readonly ssrcs: readonly number[] }
  | { readonly kind: 'unknown'; readonly packetType: number; readonly count: number };

const HEADER_BYTES = 4;
const REPORT_BLOCK_BYTES = 24;
const GENERIC_NACK = 1;
const PICTURE_LOSS_INDICATION = 1;
const FULL_INTRA_REQUEST = 4;
const APPLICATION_LAYER = 15;

/**
 * Parses a compound packet. Types Picam has no use for, and those too short for what they claim, come as `unknown`;
 * parsing ends quietly at the first bytes that are no RTCP. Never throws.
 */
export function parseRtcp(compound: Buffer): RtcpPacket[] {
  const packets: RtcpPacket[] = [];
  let offset = 0;
  while (offset + HEADER_BYTES <= compound.length) {
    const end = offset + HEADER_BYTES + compound.readUInt16BE(offset + 2) * 4;
    const first = compound[offset] ?? 0;
    if (first >> 6 !== 2 || end > compound.length) return packets;
    packets.push(parseOne(first, compound[offset + 1] ?? 0, compound.subarray(offset + HEADER_BYTES, end)));
    offset = end;
  }
  return packets;
}

function parseOne(first: number, packetType: number, packet: Buffer): RtcpPacket {
  const count = first & 0x1f;
  const paddingBytes = (first & 0x20) === 0 ? 0 : (packet.at(-1) ?? 0);
  const body = packet.subarray(0, Math.max(0, packet.length - paddingBytes));
  return parseBody(packetType, count, body) ?? { kind: 'unknown', packetType, count };
}

function parseBody(packetType: number, count: number, body: Buffer): RtcpPacket | undefined {
  if (packetType === RtcpType.senderReport) return parseSenderReport(count, body);
  if (packetType === RtcpType.receiverReport) return parseReceiverReport(count, body);
  if (packetType === RtcpType.bye) return parseBye(count, body);
  if (body.length < 8) return undefined;
  if (packetType === RtcpType.transportFeedback && count === GENERIC_NACK) return parseNack(body);
  if (packetType !== RtcpType.payloadFeedback) return undefined;
  if (count === FULL_INTRA_REQUEST) return parseFullIntraRequest(body);
  if (count === APPLICATION_LAYER) return parseBitrateEstimate(body);
  if (count !== PICTURE_LOSS_INDICATION) return undefined;
  return { kind: 'pli', senderSsrc: body.readUInt32BE(0), mediaSsrc: body.readUInt32BE(4) };
}

function parseSenderReport(count: number, body: Buffer): RtcpPacket | undefined {
  const fixedBytes = 24;
  if (body.length < fixedBytes + count * REPORT_BLOCK_BYTES) return undefined;
  return {
    kind: 'sr',
    ssrc: body.readUInt32BE(0),
    ntpSeconds: body.readUInt32BE(4),
    ntpFraction: body.readUInt32BE(8),
    rtpTimestamp: body.readUInt32BE(12),
    packetCount: body.readUInt32BE(16),
    octetCount: body.readUInt32BE(20),
    reports: parseReportBlocks(count, body.subarray(fixedBytes)),
  };
}

function parseReceiverReport(count: number, body: Buffer): RtcpPacket | undefined {
  const fixedBytes = 4;
  if (body.length < fixedBytes + count * REPORT_BLOCK_BYTES) return undefined;
  return {
    kind: 'rr',
    ssrc: body.readUInt32BE(0),
    reports: parseReportBlocks(count, body.subarray(fixedBytes)),
  };
}

function parseReportBlocks(count: number, blocks: Buffer): ReportBlock[] {
  return Array.from({ length: count }, (_, index) => {
    const block = blocks.subarray(index * REPORT_BLOCK_BYTES);
    return {
      ssrc: block.readUInt32BE(0),
      fractionLost: block.readUInt8(4) / 256,
      cumulativeLost: block.readIntBE(5, 3),
      highestSequence: block.readUInt32BE(8),
      jitter: block.readUInt32BE(12),
      lastSenderReport: block.readUInt32BE(16),
      delaySinceLastSenderReport: block.readUInt32BE(20),
    };
  });
}

function parseBye(count: number, body: Buffer): RtcpPacket | undefined {
  return body.length < count * 4 ? undefined : { kind: 'bye', ssrcs: readSsrcs(body, count) };
}

/** RFC 4585 §6.2.1: each entry names a lost packet and, in 16 bits, which of the next 16 are lost too. */
function parseNack(body: Buffer): RtcpPacket {
  const lost: number[] = [];
  for (let offset = 8; offset + 4 <= body.length; offset += 4) {
    const first = body.readUInt16BE(offset);
    const others = body.readUInt16BE(offset + 2);
    lost.push(first);
    for (let bit = 0; bit < 16; bit += 1) if ((others >> bit) & 1) lost.push((first + bit + 1) & 0xffff);
  }
  return { kind: 'nack', senderSsrc: body.readUInt32BE(0), mediaSsrc: body.readUInt32BE(4), lost };
}

/** RFC 5104 §4.3.1. */
function parseFullIntraRequest(body: Buffer): RtcpPacket {
  const requests = [];
  for (let offset = 8; offset + 8 <= body.length; offset += 8) {
    requests.push({ ssrc: body.readUInt32BE(offset), sequence: body.readUInt8(offset + 4) });
  }
  return { kind: 'fir', senderSsrc: body.readUInt32BE(0), requests };
}

/** draft-alvestrand-rmcat-remb-03 §2.2: an 18-bit mantissa and a 6-bit exponent. */
function parseBitrateEstimate(body: Buffer): RtcpPacket | undefined {
  const ssrcsAt = 16;
  if (body.length < ssrcsAt || body.toString('latin1', 8, 12) !== 'REMB') return undefined;
  const count = body.readUInt8(12);
  if (body.length < ssrcsAt + count * 4) return undefined;
  const exponent = body.readUInt8(13) >> 2;
  const mantissa = body.readUIntBE(13, 3) & 0x3ffff;
  const ssrcs = readSsrcs(body.subarray(ssrcsAt), count);
  return { kind: 'remb', senderSsrc: body.readUInt32BE(0), bitrateBps: mantissa * 2 ** exponent, ssrcs };
}

function readSsrcs(bytes: Buffer, count: number): number[] {
  return Array.from({ length: count }, (_, index) => bytes.readUInt32BE(index * 4));
}
