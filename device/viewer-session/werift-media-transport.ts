import { randomInt } from 'node:crypto';
import type { RTCDtlsTransport, RTCPeerConnection, RTCRtpTransceiver } from 'werift';
import type { RtpPayload } from '../../media/h264-packetizer.ts';
import { isRtcp, payloadTypeOf } from '../../media/rtp.ts';
import { srtpProfile } from '../../media/srtp-profiles.ts';
import type { SrtpProtector, SrtpUnprotector } from '../../media/srtp-protection.ts';
import type { AudioSendFormat, MediaTransport, SendFormat } from './media-path/media-transport.ts';
import { PLAYOUT_DELAY_URI } from './media-path/playout-delay.ts';
import type { Bursts } from '../../foundation/bursts/open-bursts.ts';
import { BurstSender } from '../../foundation/bursts/burst-sender.ts';
import { UdpWay } from './udp-way.ts';

/** The connection agreed on something this path cannot do. */
export class MediaTransportError extends Error {
  override readonly name = 'MediaTransportError';
}

/**
 * Sends our own packets through the connection werift made, with the keys it agreed on.
 *
 * werift must not send media of the same SSRC beside it, because two packets with one nonce give the key away; what
 * little RTCP there is goes through werift's own encryption, so that the numbers of both come from one count.
 */
export class WeriftMediaTransport implements MediaTransport {
  readonly #dtls: RTCDtlsTransport;
  readonly #protector: SrtpProtector;
  readonly #unprotector: SrtpUnprotector;
  readonly #udpWay: UdpWay;
  readonly #burst: BurstSender | undefined;
  readonly #handleSent = () => {
    this.#waitingPackets -= 1;
  };
  #waitingPackets = 0;

  /**
   * @param dtls connected.
   * @param bursts absent where packets can only go out one by one.
   * @throws SrtpProfileError for a protection profile nobody offered, SrtpKeyError for keys that do not fit it.
   */
  constructor(dtls: RTCDtlsTransport, transceiver: RTCRtpTransceiver, bursts?: Bursts) {
    const { keys, profile } = dtls.srtp.config;
    const local = { masterKey: keys.localMasterKey, masterSalt: keys.localMasterSalt };
    const remote = { masterKey: keys.remoteMasterKey, masterSalt: keys.remoteMasterSalt };
    this.#dtls = dtls;
    this.#protector = srtpProfile(profile).createProtector(local);
    this.#unprotector = srtpProfile(profile).createUnprotector(remote);
    this.#udpWay = new UdpWay(dtls.iceTransport.connection);
    this.#burst = bursts && new BurstSender(bursts, this.#protector);
    transceiver.sender.stop();
  }

  get waitingPackets(): number {
    return this.#waitingPackets + this.#udpWay.waitingPackets;
  }

  sendRtp(header: Buffer, payload: Buffer): void {
    this.#send(this.#protector.protectRtp(header, payload));
  }

  sendBurst(header: Buffer, packets: readonly RtpPayload[]): number {
    const burst = this.#burst;
    const way = burst && this.#udpWay.direct;
    return way ? burst.send(way, header, packets) : 0;
  }

  sendRtcp(compound: Buffer): void {
    this.#send(this.#dtls.srtcp.encrypt(compound));
  }

  /** @returns stop listening. */
  onRtcp(handler: (compound: Buffer) => void): () => void {
    const { unSubscribe } = this.#dtls.iceTransport.connection.onData.subscribe((packet) => {
      const compound = isRtcp(packet) ? this.#unprotector.unprotectRtcp(packet) : undefined;
      if (compound) handler(compound);
    });
    return unSubscribe;
  }

  /**
   * What the viewer sends as this payload type, in the order it comes.
   * @returns stop listening.
   */
  onRtp(payloadType: number, handler: (payload: Buffer) => void): () => void {
    const { unSubscribe } = this.#dtls.iceTransport.connection.onData.subscribe((packet) => {
      if (payloadTypeOf(packet) !== payloadType) return;
      const plain = this.#unprotector.unprotectRtp(packet);
      if (plain) handler(plain.payload);
    });
    return unSubscribe;
  }

  /** A packet that cannot be sent is a lost packet; a connection that is gone is told by its own event. */
  #send(packet: Buffer): void {
    if (this.#udpWay.send(packet)) return;
    this.#waitingPackets += 1;
    this.#dtls.iceTransport.connection.send(packet).then(this.#handleSent, this.#handleSent);
  }
}

/** What werift's answer announced. */
export function agreedFormat(connection: RTCPeerConnection, transceiver: RTCRtpTransceiver): SendFormat {
  const { codecs, headerExtensions, sender } = transceiver;
  const video = codecs.find(({ mimeType }) => mimeType.toLowerCase() === 'video/h264');
  if (!video) throw new MediaTransportError('the answer holds no H.264');
  const rtx = codecs.find(
    ({ mimeType, parameters }) =>
      mimeType.toLowerCase() === 'video/rtx' && parameters === `apt=${video.payloadType}`,
  );
  return {
    payloadType: video.payloadType,
    ssrc: sender.ssrc,
    rtx: rtx && { payloadType: rtx.payloadType, ssrc: sender.rtxSsrc },
    playoutDelayId: headerExtensions.find(({ uri }) => uri === PLAYOUT_DELAY_URI)?.id,
    cname: connection.cname,
  };
}

/** A stream that werift knows nothing of, so that it cannot send anything under the same SSRC. */
export function newAudioFormat(
  connection: RTCPeerConnection,
  { sender }: RTCRtpTransceiver,
  payloadType: number,
): AudioSendFormat {
  let ssrc = 0;
  while ([0, sender.ssrc, sender.rtxSsrc].includes(ssrc)) ssrc = randomInt(2 ** 32);
  return { payloadType, ssrc, cname: connection.cname };
}
