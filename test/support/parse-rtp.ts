import { joinRtp, rtpHeaderBytes, type RtpPacket } from '../../media/rtp.ts';

/** A packet without its CSRCs, header extensions and padding; undefined when it is no RTP. */
export function parseRtp(packet: Buffer): RtpPacket | undefined {
  const headerBytes = rtpHeaderBytes(packet);
  if (headerBytes === undefined) return undefined;
  return joinRtp(packet.subarray(0, headerBytes), packet.subarray(headerBytes));
}
