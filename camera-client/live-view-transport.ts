import type { RTCDtlsTransport } from 'werift';
import { srtpProfile } from '../media/srtp-profiles.ts';
import type { SrtpProtector, SrtpUnprotector } from '../media/srtp-protection.ts';
import { onMedia } from './live-view-arrivals.ts';

/**
 * Leaves this connection's media to us. Without it werift would decrypt, order and report every packet a second time,
 * and two counts of RTCP packets under one key would give the key away.
 *
 * To be called before the connection is there.
 */
export function keepWeriftFromMedia(transport: RTCDtlsTransport): void {
  transport.srtpStarted = true;
}

/** Sends and receives our own packets through the connection werift made, with the keys it agreed on. */
export class LiveViewTransport {
  readonly unprotector: SrtpUnprotector;
  readonly #protector: SrtpProtector;
  readonly #transport: RTCDtlsTransport;

  /**
   * @param transport connected, and kept from the media.
   * @throws SrtpProfileError when the camera chose a protection profile that was not offered.
   */
  constructor(transport: RTCDtlsTransport) {
    const { dtls } = transport;
    const profile = srtpProfile(dtls?.srtp.srtpProfile);
    const keys = dtls?.extractSessionKeys(profile.masterKeyBytes, profile.masterSaltBytes);
    if (!keys) throw new Error('there is no DTLS connection');
    this.#transport = transport;
    this.#protector = profile.createProtector({ masterKey: keys.localKey, masterSalt: keys.localSalt });
    this.unprotector = profile.createUnprotector({ masterKey: keys.remoteKey, masterSalt: keys.remoteSalt });
  }

  sendRtp(header: Buffer, payload: Buffer): void {
    this.#send(this.#protector.protectRtp(header, payload));
  }

  sendRtcp(compound: Buffer): void {
    this.#send(this.#protector.protectRtcp(compound));
  }

  /**
   * Hands on the media that comes from the network, encrypted as it is.
   * @returns stop listening.
   */
  onPacket(handler: (packet: Buffer) => void): () => void {
    return onMedia(this.#transport.iceTransport.connection, handler);
  }

  /** What cannot be sent is lost; a connection that is gone is told by its own event. */
  #send(packet: Buffer): void {
    this.#transport.iceTransport.connection.send(packet).catch(() => undefined);
  }
}
