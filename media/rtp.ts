/** The fields of an RTP header (RFC 3550 §5.1) that Picam sets. */
export interface RtpHeader {
  /** 0–127. */
  readonly payloadType: number;
  readonly marker: boolean;
  /** 16 bits. */
  readonly sequenceNumber: number;
  /** 32 bits, in the payload's clock: 90 kHz for video. */
  readonly timestamp: number;
  /** 32 bits. */
  readonly ssrc: number;
}

/** An element of the one-byte header extension (RFC 8285 §4.2). */
export interface RtpHeaderExtension {
  /** 1–14, as agreed in SDP. */
  readonly id: number;
  /** 1–16 bytes. */
  readonly data: Buffer;
}

export interface RtpPacket extends RtpHeader {
  /** Without padding; a view of the parsed packet. */
  readonly payload: Buffer;
}

const VERSION_BITS = 0x80;
const PADDING_BIT = 0x20;
const EXTENSION_BIT = 0x10;
const FIXED_HEADER_BYTES = 12;
const ONE_BYTE_EXTENSION_PROFILE = 0xbede;

/** Writes a header with no CSRCs: 12 bytes, or more with header extensions. Fields are cut to their width. */
export function writeRtpHeader(header: RtpHeader, extensions: readonly RtpHeaderExtension[] = []): Buffer {
  const fixed = Buffer.allocUnsafe(FIXED_HEADER_BYTES);
  fixed[0] = VERSION_BITS | (extensions.length > 0 ? EXTENSION_BIT : 0);
  fixed[1] = (header.marker ? 0x80 : 0) | (header.payloadType & 0x7f);
  fixed.writeUInt16BE(header.sequenceNumber & 0xffff, 2);
  fixed.writeUInt32BE(header.timestamp >>> 0, 4);
  fixed.writeUInt32BE(header.ssrc >>> 0, 8);
  return extensions.length === 0 ? fixed : Buffer.concat([fixed, writeExtensions(extensions)]);
}

/** A packet from its whole header and what follows it; undefined when the padding is longer than that. */
export function joinRtp(header: Buffer, body: Buffer): RtpPacket | undefined {
  const [first = 0, second = 0] = header;
  const isPadded = (first & PADDING_BIT) !== 0;
  const paddingBytes = isPadded ? (body.at(-1) ?? 0) : 0;
  if (paddingBytes > body.length || (isPadded && paddingBytes === 0)) return undefined;
  return {
    payloadType: second & 0x7f,
    marker: (second & 0x80) !== 0,
    sequenceNumber: header.readUInt16BE(2),
    timestamp: header.readUInt32BE(4),
    ssrc: header.readUInt32BE(8),
    payload: isPadded ? body.subarray(0, body.length - paddingBytes) : body,
  };
}

/** The length of the header with its CSRCs and extensions; undefined when the packet is no RTP. */
export function rtpHeaderBytes(packet: Buffer): number | undefined {
  const [first = 0] = packet;
  if (packet.length < FIXED_HEADER_BYTES || first >> 6 !== 2) return undefined;
  const fixedAndSources = FIXED_HEADER_BYTES + (first & 0x0f) * 4;
  const hasExtension = (first & EXTENSION_BIT) !== 0;
  if (fixedAndSources + (hasExtension ? 4 : 0) > packet.length) return undefined;
  const extensionBytes = hasExtension ? 4 + packet.readUInt16BE(fixedAndSources + 2) * 4 : 0;
  const bytes = fixedAndSources + extensionBytes;
  return bytes > packet.length ? undefined : bytes;
}

/** Whether a packet that shares a port with RTP is RTCP, by its second byte (RFC 5761 §4). */
export function isRtcp(packet: Uint8Array): boolean {
  const [first = 0, second = 0] = packet;
  return first >> 6 === 2 && second >= 192 && second <= 223;
}

/** Of a packet that may be encrypted; undefined when it is no RTP. */
export function payloadTypeOf(packet: Uint8Array): number | undefined {
  const [first = 0, second = 0] = packet;
  return first >> 6 === 2 && !isRtcp(packet) ? second & 0x7f : undefined;
}

function writeExtensions(extensions: readonly RtpHeaderExtension[]): Buffer {
  const elements = extensions.flatMap(({ id, data }) => [Buffer.of((id << 4) | (data.length - 1)), data]);
  const bytes = elements.reduce((sum, element) => sum + element.length, 0);
  const words = Math.ceil(bytes / 4);
  const block = Buffer.alloc(4 + words * 4);
  block.writeUInt16BE(ONE_BYTE_EXTENSION_PROFILE, 0);
  block.writeUInt16BE(words, 2);
  Buffer.concat(elements).copy(block, 4);
  return block;
}
