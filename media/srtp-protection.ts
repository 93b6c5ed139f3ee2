import type { KeyObject } from 'node:crypto';
import type { RtpPacket } from './rtp.ts';

/** Makes the protected packets of one end of an SRTP session, whatever its crypto suite. */
export interface SrtpProtector {
  /** The SRTP packet of a whole RTP header and its payload; neither is kept. */
  protectRtp(header: Buffer, payload: Buffer): Buffer;
  /** The SRTCP packet of a compound RTCP packet. */
  protectRtcp(packet: Buffer): Buffer;
  /** For who encrypts packets in this one's place; they count as its own by `takeIndexes`. */
  readonly rtpSessionKeys: SrtpPacketKeys;
  /**
   * Takes the indexes of packets in a row, as `protectRtp` would.
   *
   * @param packets one or more.
   * @returns the 48-bit index of the first.
   */
  takeIndexes(ssrc: number, firstSequenceNumber: number, packets: number): number;
}

/** What RTP packets are encrypted and signed with. */
export interface SrtpPacketKeys {
  readonly encryptionKey: KeyObject;
  readonly salt: Buffer;
  /** Absent for the GCM suites, which authenticate with the same key. */
  readonly authenticationKey?: KeyObject;
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
