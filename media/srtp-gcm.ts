import { joinRtp, rtpHeaderBytes } from './rtp.ts';
import {
  GCM_TAG_BYTES,
  deriveGcmSessionKeys,
  open,
  rtcpNonce,
  rtpNonce,
  seal,
  type GcmSessionKeys,
} from './srtp-gcm-cipher.ts';
import type { SrtpMasterKeys } from './srtp-keys.ts';
import { ReplayWindows, SentPacketIndexes } from './srtp-packet-index.ts';
import type { AuthenticRtp, SrtpProtector, SrtpUnprotector } from './srtp-protection.ts';

const RTCP_CLEAR_BYTES = 8;
const RTCP_INDEX_BYTES = 4;
const RTCP_INDEX_MODULUS = 2 ** 31;
const ENCRYPTED_FLAG = 0x8000_0000;

/**
 * Encrypts and signs what one end sends, with AEAD_AES_128_GCM (RFC 7714).
 *
 * One sender for one pair of master keys, and never another packet with the same SSRC and sequence number: two
 * packets with one nonce let anybody forge more. To send a packet again, send the same bytes.
 */
export class SrtpGcmSender implements SrtpProtector {
  readonly #rtpKeys: GcmSessionKeys;
  readonly #rtcpKeys: GcmSessionKeys;
  readonly #indexes = new SentPacketIndexes();
  #nextRtcpIndex = 0;

  /** @throws SrtpKeyError when the master keys are not of this crypto suite. */
  constructor(keys: SrtpMasterKeys) {
    this.#rtpKeys = deriveGcmSessionKeys(keys, 'rtp');
    this.#rtcpKeys = deriveGcmSessionKeys(keys, 'rtcp');
  }

  /** Sequence numbers may skip or come late by less than 2¹⁵; the first of a stream should be below 2¹⁵. */
  protectRtp(header: Buffer, payload: Buffer): Buffer {
    const ssrc = header.readUInt32BE(8);
    const index = this.#indexes.next(ssrc, header.readUInt16BE(2));
    return seal(this.#rtpKeys, rtpNonce(this.#rtpKeys, ssrc, index), header, payload);
  }

  get rtpSessionKeys(): GcmSessionKeys {
    return this.#rtpKeys;
  }

  takeIndexes(ssrc: number, firstSequenceNumber: number, packets: number): number {
    return this.#indexes.nextInARow(ssrc, firstSequenceNumber, packets);
  }

  protectRtcp(packet: Buffer): Buffer {
    const index = this.#nextRtcpIndex;
    this.#nextRtcpIndex = (index + 1) % RTCP_INDEX_MODULUS;
    const clear = packet.subarray(0, RTCP_CLEAR_BYTES);
    const trailer = Buffer.allocUnsafe(RTCP_INDEX_BYTES);
    trailer.writeUInt32BE(ENCRYPTED_FLAG + index);
    const nonce = rtcpNonce(this.#rtcpKeys, packet.readUInt32BE(4), index);
    const authenticated = Buffer.concat([clear, trailer]);
    const sealed = seal(this.#rtcpKeys, nonce, clear, packet.subarray(RTCP_CLEAR_BYTES), authenticated);
    return Buffer.concat([sealed, trailer]);
  }
}

/**
 * Checks and decrypts what the other end sent with AEAD_AES_128_GCM (RFC 7714).
 *
 * Any jump of less than 2¹⁶ sequence numbers is survived, across a wrap too. Whatever is not authentic, is malformed,
 * or comes twice gives undefined; nothing throws.
 */
export class SrtpGcmReceiver implements SrtpUnprotector {
  readonly #rtpKeys: GcmSessionKeys;
  readonly #rtcpKeys: GcmSessionKeys;
  readonly #rtpWindows = new ReplayWindows();
  readonly #rtcpWindows = new ReplayWindows();

  /** @throws SrtpKeyError when the master keys are not of this crypto suite. */
  constructor(keys: SrtpMasterKeys) {
    this.#rtpKeys = deriveGcmSessionKeys(keys, 'rtp');
    this.#rtcpKeys = deriveGcmSessionKeys(keys, 'rtcp');
  }

  unprotectRtp(packet: Buffer): AuthenticRtp | undefined {
    const headerBytes = rtpHeaderBytes(packet);
    const tagAt = packet.length - GCM_TAG_BYTES;
    if (headerBytes === undefined || tagAt < headerBytes) return undefined;
    const header = packet.subarray(0, headerBytes);
    const [encrypted, tag] = [packet.subarray(headerBytes, tagAt), packet.subarray(tagAt)];
    const ssrc = header.readUInt32BE(8);
    const taken = this.#rtpWindows.take(ssrc, header.readUInt16BE(2), (index) =>
      open(this.#rtpKeys, rtpNonce(this.#rtpKeys, ssrc, index), header, encrypted, tag),
    );
    const plain = taken && joinRtp(header, taken.opened);
    return plain && { ...plain, index: taken.index };
  }

  unprotectRtcp(packet: Buffer): Buffer | undefined {
    const trailerAt = packet.length - RTCP_INDEX_BYTES;
    const tagAt = trailerAt - GCM_TAG_BYTES;
    if (tagAt < RTCP_CLEAR_BYTES) return undefined;
    const trailer = packet.readUInt32BE(trailerAt);
    const index = trailer % RTCP_INDEX_MODULUS;
    const ssrc = packet.readUInt32BE(4);
    const window = this.#rtcpWindows.of(ssrc);
    if (!window.isNew(index)) return undefined;
    // A packet that is only signed counts as a whole among what is authenticated (RFC 7714 §9.3).
    const clearBytes = trailer >= ENCRYPTED_FLAG ? RTCP_CLEAR_BYTES : tagAt;
    const clear = packet.subarray(0, clearBytes);
    const authenticated = Buffer.concat([clear, packet.subarray(trailerAt)]);
    const nonce = rtcpNonce(this.#rtcpKeys, ssrc, index);
    const encrypted = packet.subarray(clearBytes, tagAt);
    const plain = open(this.#rtcpKeys, nonce, authenticated, encrypted, packet.subarray(tagAt, trailerAt));
    if (plain === undefined || !this.#rtcpWindows.accept(ssrc, window, index)) return undefined;
    return Buffer.concat([clear, plain]);
  }
}
