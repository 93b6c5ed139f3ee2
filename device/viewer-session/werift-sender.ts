import { randomInt } from 'node:crypto';
import { RtpHeader, RtpPacket, type RTCRtpTransceiver } from 'werift';
import type { Picture } from '../live-stream/picture.ts';
import { PacketPacer } from './packet-pacer.ts';

export const PLAYOUT_DELAY_URI = 'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay';

/** Smallest and largest delay, 12 bits each, in steps of 10 ms: show every picture as soon as it is there. */
const NO_PLAYOUT_DELAY = Buffer.from([0, 0, 0]);
/** A receiver must not take an early wrap for a jump (RFC 3711 §3.3.1). */
const FIRST_SEQUENCE_NUMBERS = 2 ** 15;
const SEQUENCE_NUMBERS = 2 ** 16;
const TIMESTAMPS = 2 ** 32;
/** About two seconds of video: more means that the system does not take what is sent. */
const MAX_UNSENT_PACKETS = 1_000;

/** Puts one viewer's RTP headers around the pictures all viewers share, and sends them through werift. */
export class WeriftSender {
  readonly #transceiver: RTCRtpTransceiver;
  readonly #timestampOffset = randomInt(TIMESTAMPS);
  readonly #pacer = new PacketPacer<RtpPacket>((packet) => void this.#sendPacket(packet));
  #sequenceNumber = randomInt(FIRST_SEQUENCE_NUMBERS);
  #unsent = 0;
  #packetsSent = 0;

  constructor(transceiver: RTCRtpTransceiver) {
    this.#transceiver = transceiver;
  }

  get packetsSent(): number {
    return this.#packetsSent;
  }

  /** True while the network does not take what is sent. */
  get congested(): boolean {
    return this.#pacer.congested || this.#unsent > MAX_UNSENT_PACKETS;
  }

  send(picture: Picture): void {
    const timestamp = (picture.rtpTimestamp + this.#timestampOffset) % TIMESTAMPS;
    const extensions = this.#extensions();
    const packets = picture.packets.map(({ payload, marker }) => {
      const header = new RtpHeader({ sequenceNumber: this.#sequenceNumber, timestamp, marker, extensions });
      this.#sequenceNumber = (this.#sequenceNumber + 1) % SEQUENCE_NUMBERS;
      return new RtpPacket(header, payload);
    });
    this.#pacer.add(packets);
  }

  close(): void {
    this.#pacer.close();
  }

  async #sendPacket(packet: RtpPacket): Promise<void> {
    this.#unsent += 1;
    try {
      await this.#transceiver.sender.sendRtp(packet);
      this.#packetsSent += 1;
    } catch {
      // A packet that cannot be sent is a lost packet; a connection that is gone is told by its own event.
    } finally {
      this.#unsent -= 1;
    }
  }

  #extensions(): { id: number; payload: Buffer }[] {
    const negotiated = this.#transceiver.headerExtensions.find(({ uri }) => uri === PLAYOUT_DELAY_URI);
    return negotiated ? [{ id: negotiated.id, payload: NO_PLAYOUT_DELAY }] : [];
  }
}
