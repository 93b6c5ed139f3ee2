import { H264Depacketizer } from '../../media/h264-depacketizer.ts';
import { isRtcp } from '../../media/rtp.ts';
import type { SrtpUnprotector } from '../../media/srtp-protection.ts';
import type { ArrivedPicture } from './messages.ts';
import { readyAtMs } from './stamped-pictures.ts';

interface Arrival {
  readonly message: Buffer;
  readonly atMs: number;
}

/** What came of one stream, decrypted only when asked about, so that this costs nothing while others are measured. */
export class ReceivedStream {
  readonly #arrivals: Arrival[] = [];

  get hasBegun(): boolean {
    return this.#arrivals.some(({ message }) => !isRtcp(message));
  }

  add(message: Buffer, atMs: number): void {
    this.#arrivals.push({ message, atMs });
  }

  /** All there is, from the first packet on. */
  read(keys: SrtpUnprotector): { pictures: ArrivedPicture[]; packets: number; lostPackets: number } {
    const depacketizer = new H264Depacketizer();
    const pictures: ArrivedPicture[] = [];
    let packets = 0;
    let ssrc: number | undefined;
    for (const { message, atMs } of this.#arrivals) {
      const packet = isRtcp(message) ? undefined : keys.unprotectRtp(message);
      if (!packet) continue;
      // What is sent again comes in a stream of its own.
      ssrc ??= packet.ssrc;
      if (packet.ssrc !== ssrc) continue;
      packets += 1;
      for (const unit of depacketizer.push(packet)) {
        const readyMs = readyAtMs(unit);
        if (readyMs !== undefined) pictures.push({ readyAtMs: readyMs, delayMs: atMs - readyMs });
      }
    }
    return { pictures, packets, lostPackets: depacketizer.lostPackets };
  }
}
