import { randomInt } from 'node:crypto';
import { RtpHeader, RtpPacket, type RTCRtpTransceiver } from 'werift';
import type { Picture } from '../live-stream/picture.ts';

export const PLAYOUT_DELAY_URI = 'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay';

/** Smallest and largest delay, 12 bits each, in steps of 10 ms: show every picture as soon as it is there. */
const NO_PLAYOUT_DELAY = Buffer.from([0, 0, 0]);
/** A receiver must not take an early wrap for a jump (RFC 3711 §3.3.1). */
const FIRST_SEQUENCE_NUMBERS = 2 ** 15;
const SEQUENCE_NUMBERS = 2 ** 16;
const TIMESTAMPS = 2 ** 32;
/** More waiting packets than about two seconds of video mean that the network does not take them. */
const MAX_WAITING_PACKETS = 1_500;

/** Puts one viewer's RTP headers around the pictures all viewers share, and sends them through werift. */
export class WeriftSender {
  readonly #transceiver: RTCRtpTransceiver;
  readonly #timestampOffset = randomInt(TIMESTAMPS);
  #sequenceNumber = randomInt(FIRST_SEQUENCE_NUMBERS);
  #waiting = 0;
  #packetsSent = 0;

  constructor(transceiver: RTCRtpTransceiver) {
    this.#transceiver = transceiver;
  }

  get packetsSent(): number {
    return this.#packetsSent;
  }

  /** True while the network does not take what is sent. */
  get congested(): boolean {
    return this.#waiting > MAX_WAITING_PACKETS;
  }

  send(picture: Picture): void {
    const timestamp = (picture.rtpTimestamp + this.#timestampOffset) % TIMESTAMPS;
    const extensions = this.#extensions();
    for (const { payload, marker } of picture.packets) {
      const header = new RtpHeader({ sequenceNumber: this.#sequenceNumber, timestamp, marker, extensions });
      this.#sequenceNumber = (this.#sequenceNumber + 1) % SEQUENCE_NUMBERS;
      void this.#sendPacket(new RtpPacket(header, payload));
    }
  }

  async #sendPacket(packet: RtpPacket): Promise<void> {
    this.#waiting += 1;
    try {
      await this.#transceiver.sender.sendRtp(packet);
      this.#packetsSent += 1;
    } catch {
      // A packet that cannot be sent is a lost packet; a connection that is gone is told by its own event.
    } finally {
      this.#waiting -= 1;
    }
  }

  #extensions(): { id: number; payload: Buffer }[] {
    const negotiated = this.#transceiver.headerExtensions.find(({ uri }) => uri === PLAYOUT_DELAY_URI);
    return negotiated ? [{ id: negotiated.id, payload: NO_PLAYOUT_DELAY }] : [];
  }
}
