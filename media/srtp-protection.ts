/** Makes the protected packets of one end of an SRTP session, whatever its crypto suite. */
export interface SrtpProtector {
  /** The SRTP packet of a whole RTP header and its payload; neither is kept. */
  protectRtp(header: Buffer, payload: Buffer): Buffer;
  /** The SRTCP packet of a compound RTCP packet. */
  protectRtcp(packet: Buffer): Buffer;
}

/** Checks and decrypts what the other end sent. Whatever is not authentic, or comes twice, gives undefined. */
export interface SrtpUnprotector {
  /** The plain RTP packet. */
  unprotectRtp(packet: Buffer): Buffer | undefined;
  /** The plain compound RTCP packet. */
  unprotectRtcp(packet: Buffer): Buffer | undefined;
}
