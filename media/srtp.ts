import { createHmac, timingSafeEqual } from 'node:crypto';
import { joinRtp, rtpHeaderBytes } from './rtp.ts';
import {
  applyCounterMode,
  deriveSessionKeys,
  type SrtpMasterKeys,
  type SrtpSessionKeys,
} from './srtp-keys.ts';
import { ReplayWindows, SentPacketIndexes } from './srtp-packet-index.ts';
import type { AuthenticRtp, SrtpProtector, SrtpUnprotector } from './srtp-protection.ts';

const TAG_BYTES = 10;
const RTCP_CLEAR_BYTES = 8;
const RTCP_INDEX_BYTES = 4;
const RTCP_INDEX_MODULUS = 2 ** 31;
const ENCRYPTED_FLAG = 0x8000_0000;

/**
 * Encrypts and signs what one end sends, with AES_CM_128_HMAC_SHA1_80 (RFC 3711).
 *
 * One sender for one pair of master keys: two would encrypt different packets with the same key stream. For the same
 * reason a sequence number must not be used again for other bytes.
 */
export class SrtpSender implements SrtpProtector {
  readonly #rtpKeys: SrtpSessionKeys;
  readonly #rtcpKeys: SrtpSessionKeys;
  readonly #indexes = new SentPacketIndexes();
  #nextRtcpIndex = 0;

  /** @throws SrtpKeyError when the master keys are not of this crypto suite. */
  constructor(keys: SrtpMasterKeys) {
    this.#rtpKeys = deriveSessionKeys(keys, 'rtp');
    this.#rtcpKeys = deriveSessionKeys(keys, 'rtcp');
  }

  /**
   * Makes the SRTP packet of a whole RTP header (CSRCs and extensions included) and its payload.
   *
   * Sequence numbers may skip or come late by less than 2¹⁵; the first of a stream should be below 2¹⁵, so that a
   * receiver that misses it still counts the wraps alike.
   */
  protectRtp(header: Buffer, payload: Buffer): Buffer {
    const ssrc = header.readUInt32BE(8);
    const index = this.#indexes.next(ssrc, header.readUInt16BE(2));
    const encrypted = applyCounterMode(this.#rtpKeys, ssrc, index, payload);
    return Buffer.concat([header, encrypted, rtpTag(this.#rtpKeys, index, header, encrypted)]);
  }

  get rtpSessionKeys(): SrtpSessionKeys {
    return this.#rtpKeys;
  }

  takeIndexes(ssrc: number, firstSequenceNumber: number, packets: number): number {
    return this.#indexes.nextInARow(ssrc, firstSequenceNumber, packets);
  }

  /** Makes the SRTCP packet of a compound RTCP packet. */
  protectRtcp(packet: Buffer): Buffer {
    const index = this.#nextRtcpIndex;
    this.#nextRtcpIndex = (index + 1) % RTCP_INDEX_MODULUS;
    const clear = packet.subarray(0, RTCP_CLEAR_BYTES);
    const encrypted = applyCounterMode(
      this.#rtcpKeys,
      packet.readUInt32BE(4),
      index,
      packet.subarray(RTCP_CLEAR_BYTES),
    );
    const trailer = Buffer.allocUnsafe(RTCP_INDEX_BYTES);
    trailer.writeUInt32BE(ENCRYPTED_FLAG + index);
    return Buffer.concat([clear, encrypted, trailer, tagOf(this.#rtcpKeys, clear, encrypted, trailer)]);
  }
}

/**
 * Checks and decrypts what the other end sent with AES_CM_128_HMAC_SHA1_80 (RFC 3711).
 *
 * The roll-over count follows each packet's distance from the newest authentic one (appendix A), and where that is
 * wrong, authentication itself, so any jump of less than 2¹⁶ sequence numbers is survived, across a wrap too. Whatever
 * is not authentic, is malformed, or comes twice gives undefined; nothing throws.
 */
export class SrtpReceiver implements SrtpUnprotector {
  readonly #rtpKeys: SrtpSessionKeys;
  readonly #rtcpKeys: SrtpSessionKeys;
  readonly #rtpWindows = new ReplayWindows();
  readonly #rtcpWindows = new ReplayWindows();

  /** @throws SrtpKeyError when the master keys are not of this crypto suite. */
  constructor(keys: SrtpMasterKeys) {
    this.#rtpKeys = deriveSessionKeys(keys, 'rtp');
    this.#rtcpKeys = deriveSessionKeys(keys, 'rtcp');
  }

  unprotectRtp(packet: Buffer): AuthenticRtp | undefined {
    const headerBytes = rtpHeaderBytes(packet);
    const tagAt = packet.length - TAG_BYTES;
    if (headerBytes === undefined || tagAt < headerBytes) return undefined;
    const header = packet.subarray(0, headerBytes);
    const [encrypted, tag] = [packet.subarray(headerBytes, tagAt), packet.subarray(tagAt)];
    const ssrc = header.readUInt32BE(8);
    const taken = this.#rtpWindows.take(ssrc, header.readUInt16BE(2), (index) => {
      if (!timingSafeEqual(tag, rtpTag(this.#rtpKeys, index, header, encrypted))) return undefined;
      return applyCounterMode(this.#rtpKeys, ssrc, index, encrypted);
    });
    const plain = taken && joinRtp(header, taken.opened);
    return plain && { ...plain, index: taken.index };
  }

  /** The plain compound RTCP packet. */
  unprotectRtcp(packet: Buffer): Buffer | undefined {
    const tagAt = packet.length - TAG_BYTES;
    const trailerAt = tagAt - RTCP_INDEX_BYTES;
    if (trailerAt < RTCP_CLEAR_BYTES) return undefined;
    const trailer = packet.readUInt32BE(trailerAt);
    const index = trailer % RTCP_INDEX_MODULUS;
    const ssrc = packet.readUInt32BE(4);
    const window = this.#rtcpWindows.of(ssrc);
    if (!window.isNew(index)) return undefined;
    const expectedTag = tagOf(this.#rtcpKeys, packet.subarray(0, tagAt));
    if (!timingSafeEqual(packet.subarray(tagAt), expectedTag)) return undefined;
    if (!this.#rtcpWindows.accept(ssrc, window, index)) return undefined;
    const body = packet.subarray(RTCP_CLEAR_BYTES, trailerAt);
    const plain = trailer >= ENCRYPTED_FLAG ? applyCounterMode(this.#rtcpKeys, ssrc, index, body) : body;
    return Buffer.concat([packet.subarray(0, RTCP_CLEAR_BYTES), plain]);
  }
}

/** The tag of an RTP packet covers the roll-over count, which is not sent (RFC 3711 §4.2). */
function rtpTag(keys: SrtpSessionKeys, index: number, header: Buffer, encrypted: Buffer): Buffer {
  const rollOverCount = Buffer.allocUnsafe(4);
  rollOverCount.writeUInt32BE(Math.floor(index / 2 ** 16));
  return tagOf(keys, header, encrypted, rollOverCount);
}

function tagOf(keys: SrtpSessionKeys, ...parts: readonly Buffer[]): Buffer {
  const hmac = createHmac('sha1', keys.authenticationKey);
  for (const part of parts) hmac.update(part);
  return hmac.digest().subarray(0, TAG_BYTES);
}
