import { H264Depacketizer } from '../../media/h264-depacketizer.ts';
import { isRtcp } from '../../media/rtp.ts';
import { SrtpReceiver } from '../../media/srtp.ts';
import { fromWire, type WireKeys } from '../wire-keys.ts';
import { readyAtMs } from './stamped-pictures.ts';

interface Arrival {
  readonly message: Buffer;
  readonly atMs: number;
}

export interface ArrivedPicture {
  readonly readyAtMs: number;
  readonly delayMs: number;
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
  read(keys: WireKeys): { pictures: ArrivedPicture[]; packets: number; lostPackets: number } {
    const receiver = new SrtpReceiver(fromWire(keys));
    const depacketizer = new H264Depacketizer();
    const pictures: ArrivedPicture[] = [];
    let packets = 0;
    for (const { message, atMs } of this.#arrivals) {
      const packet = isRtcp(message) ? undefined : receiver.unprotectRtp(message);
      if (!packet) continue;
      packets += 1;
      for (const unit of depacketizer.push(packet)) {
        const readyMs = readyAtMs(unit);
        if (readyMs !== undefined) pictures.push({ readyAtMs: readyMs, delayMs: atMs - readyMs });
      }
    }
    return { pictures, packets, lostPackets: depacketizer.lostPackets };
  }
}
