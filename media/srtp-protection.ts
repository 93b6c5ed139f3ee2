import type { RtpPacket } from './rtp.ts';

/** Makes the protected packets of one end of an SRTP session, whatever its crypto suite. */
export interface SrtpProtector {
  /** The SRTP packet of a whole RTP header and its payload; neither is kept. */
  protectRtp(header: Buffer, payload: Buffer): Buffer;
  /** The SRTCP packet of a compound RTCP packet. */
  protectRtcp(packet: Buffer): Buffer;
}

/** An RTP packet that came from the other end. */
export interface AuthenticRtp extends RtpPacket {
  /** Its place in its stream: the sequence number with its wraps counted (RFC 3711 §3.3.1). */
  readonly index: number;
}

/** Checks and decrypts what the other end sent. Whatever is not authentic, or comes twice, gives undefined. */
export interface SrtpUnprotector {
  unprotectRtp(packet: Buffer): AuthenticRtp | undefined;
  /** The plain compound RTCP packet. */
  unprotectRtcp(packet: Buffer): Buffer | undefined;
}
