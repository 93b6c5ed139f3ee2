import { RtcpType, type ReportBlock } from './rtcp.ts';

const HEADER_BYTES = 8;
const REPORT_BLOCK_BYTES = 24;
const NACK_ENTRY_BYTES = 4;
/** A generic NACK's entry names one packet and, bit by bit, which of this many after it are lost too. */
const NACK_REACH = 16;
const GENERIC_NACK = 1;
const PICTURE_LOSS_INDICATION = 1;
const MOST_REPORT_BLOCKS = 31;

/**
 * Builds a receiver report (RFC 3550 §6.4.2). Without blocks it is what a compound packet has to begin with when there
 * is nothing to report (§6.1).
 */
export function buildReceiverReport(ssrc: number, blocks: readonly ReportBlock[] = []): Buffer {
  const reported = blocks.slice(0, MOST_REPORT_BLOCKS);
  const bytes = HEADER_BYTES + reported.length * REPORT_BLOCK_BYTES;
  const report = startPacket(RtcpType.receiverReport, reported.length, ssrc, bytes);
  reported.forEach((block, nth) => {
    writeReportBlock(report.subarray(HEADER_BYTES + nth * REPORT_BLOCK_BYTES), block);
  });
  return report;
}

/**
 * Builds a generic NACK (RFC 4585 §6.2.1).
 *
 * @param lost the lost packets' numbers in the order they were sent, whether wrapped to 16 bits or not.
 */
export function buildNack(senderSsrc: number, mediaSsrc: number, lost: readonly number[]): Buffer {
  const entries = nackEntries(lost);
  const bytes = HEADER_BYTES + 4 + entries.length * NACK_ENTRY_BYTES;
  const packet = startPacket(RtcpType.transportFeedback, GENERIC_NACK, senderSsrc, bytes);
  packet.writeUInt32BE(mediaSsrc, HEADER_BYTES);
  entries.forEach(({ first, others }, nth) => {
    packet.writeUInt16BE(first, HEADER_BYTES + 4 + nth * NACK_ENTRY_BYTES);
    packet.writeUInt16BE(others, HEADER_BYTES + 6 + nth * NACK_ENTRY_BYTES);
  });
  return packet;
}

/** Builds a picture loss indication (RFC 4585 §6.3.1): the wish for a key frame. */
export function buildPictureLossIndication(senderSsrc: number, mediaSsrc: number): Buffer {
  const packet = startPacket(RtcpType.payloadFeedback, PICTURE_LOSS_INDICATION, senderSsrc, HEADER_BYTES + 4);
  packet.writeUInt32BE(mediaSsrc, HEADER_BYTES);
  return packet;
}

function startPacket(packetType: number, count: number, ssrc: number, bytes: number): Buffer {
  const packet = Buffer.alloc(bytes);
  packet[0] = 0x80 | count;
  packet[1] = packetType;
  packet.writeUInt16BE(bytes / 4 - 1, 2);
  packet.writeUInt32BE(ssrc, 4);
  return packet;
}

function writeReportBlock(target: Buffer, block: ReportBlock): void {
  const mostLost = 0x7f_ffff;
  const leastLost = -0x80_0000;
  target.writeUInt32BE(block.ssrc, 0);
  target.writeUInt8(Math.min(Math.floor(block.fractionLost * 256), 255), 4);
  target.writeIntBE(Math.min(Math.max(block.cumulativeLost, leastLost), mostLost), 5, 3);
  target.writeUInt32BE(block.highestSequence % 2 ** 32, 8);
  target.writeUInt32BE(Math.min(Math.round(block.jitter), 0xffff_ffff), 12);
  target.writeUInt32BE(block.lastSenderReport, 16);
  target.writeUInt32BE(Math.min(Math.round(block.delaySinceLastSenderReport), 0xffff_ffff), 20);
}

function nackEntries(lost: readonly number[]): { first: number; others: number }[] {
  const entries: { first: number; others: number }[] = [];
  for (const number of lost) {
    const entry = entries.at(-1);
    const ahead = entry ? (number - entry.first) & 0xffff : 0;
    if (entry && ahead >= 1 && ahead <= NACK_REACH) entry.others |= 1 << (ahead - 1);
    else entries.push({ first: number & 0xffff, others: 0 });
  }
  return entries;
}
