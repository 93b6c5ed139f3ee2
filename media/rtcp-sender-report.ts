import { RtcpType } from './rtcp.ts';

/** What a sender tells its receivers (RFC 3550 §6.4.1). */
export interface SenderReport {
  readonly ssrc: number;
  /** Wall clock now, in milliseconds since 1970; the part below a millisecond counts. */
  readonly epochMs: number;
  /** The same instant on the stream's RTP clock. */
  readonly rtpTimestamp: number;
  /** Since the stream began; only the low 32 bits are sent. */
  readonly packetCount: number;
  /** Payload bytes since the stream began, without headers; only the low 32 bits are sent. */
  readonly octetCount: number;
  /** The same for all streams that play together; up to 255 bytes. */
  readonly cname: string;
}

const SECONDS_FROM_1900_TO_1970 = 2_208_988_800;
const TWO_TO_32 = 2 ** 32;
const LONGEST_CNAME_BYTES = 255;
const SDES_CNAME = 1;

/** Builds the compound packet of a sender report and the SDES CNAME that RFC 3550 §6.1 asks for. */
export function buildSenderReport(report: SenderReport): Buffer {
  const header = Buffer.alloc(28);
  header[0] = 0x80;
  header[1] = RtcpType.senderReport;
  header.writeUInt16BE(header.length / 4 - 1, 2);
  header.writeUInt32BE(report.ssrc >>> 0, 4);
  const { seconds, fraction } = toNtpTime(report.epochMs);
  header.writeUInt32BE(seconds, 8);
  header.writeUInt32BE(fraction, 12);
  header.writeUInt32BE(report.rtpTimestamp >>> 0, 16);
  header.writeUInt32BE(report.packetCount % TWO_TO_32, 20);
  header.writeUInt32BE(report.octetCount % TWO_TO_32, 24);
  return Buffer.concat([header, buildSourceDescription(report.ssrc, report.cname)]);
}

/** NTP time (RFC 3550 §4) of milliseconds since 1970: seconds since 1900 modulo 2³², and 2³²nds of a second. */
export function toNtpTime(epochMs: number): { readonly seconds: number; readonly fraction: number } {
  const wholeSeconds = Math.floor(epochMs / 1000);
  const fraction = Math.floor(((epochMs - wholeSeconds * 1000) / 1000) * TWO_TO_32);
  return { seconds: (wholeSeconds + SECONDS_FROM_1900_TO_1970) % TWO_TO_32, fraction };
}

/** Back to milliseconds since 1970. */
export function fromNtpTime(seconds: number, fraction: number): number {
  return (seconds - SECONDS_FROM_1900_TO_1970 + fraction / TWO_TO_32) * 1000;
}

function buildSourceDescription(ssrc: number, cname: string): Buffer {
  const name = Buffer.from(cname).subarray(0, LONGEST_CNAME_BYTES);
  const endOfItemsBytes = 1;
  const words = Math.ceil((8 + 2 + name.length + endOfItemsBytes) / 4);
  const packet = Buffer.alloc(words * 4);
  packet[0] = 0x81;
  packet[1] = RtcpType.sourceDescription;
  packet.writeUInt16BE(words - 1, 2);
  packet.writeUInt32BE(ssrc >>> 0, 4);
  packet[8] = SDES_CNAME;
  packet[9] = name.length;
  name.copy(packet, 10);
  return packet;
}
