import type { RtpPayload } from '../../../media/h264-packetizer.ts';
import type { Picture } from '../../live-stream/picture.ts';

/** One packet of a picture, without what differs from viewer to viewer. */
export interface KeptPacket extends RtpPayload {
  readonly rtpTimestamp: number;
}

export interface RingBounds {
  readonly maxAgeMs: number;
  readonly maxPackets: number;
  readonly maxBytes: number;
}

/** Well over the second after which a receiver asks for a key frame instead; 4 MiB are that for 10 Mbit/s. */
const DEFAULT_BOUNDS: RingBounds = { maxAgeMs: 3_000, maxPackets: 4_096, maxBytes: 4 * 1024 * 1024 };
const MICROSECONDS_PER_MILLISECOND = 1_000;
const SHORTEST_MEASURED_MS = 300;
const BITS_PER_BYTE = 8;

/** What was sent last, kept once for all viewers, to send it again to those who lost some of it. */
export class RetransmissionRing {
  readonly #bounds: RingBounds;
  readonly #newestGop: () => readonly Picture[];
  #pictures: Picture[] = [];
  #packets = 0;
  #bytes = 0;

  /** @param newestGop is kept elsewhere: what a new viewer begins with, which may be older than anything in here. */
  constructor(bounds: RingBounds = DEFAULT_BOUNDS, newestGop: () => readonly Picture[] = () => []) {
    this.#bounds = bounds;
    this.#newestGop = newestGop;
  }

  get packets(): number {
    return this.#packets;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Each viewer adds what it sends; all but the first find it here. */
  add(picture: Picture): void {
    const end = this.#endIndex();
    if (end !== undefined && picture.packetIndex < end) return;
    if (end !== undefined && picture.packetIndex > end) this.#forget();
    this.#pictures.push(picture);
    this.#packets += picture.packets.length;
    this.#bytes += pictureBytes(picture);
    while (this.#isOverfull(picture)) this.#dropOldest();
  }

  /** A packet by its number in the stream; undefined when it is too old or was never sent. */
  get(packetIndex: number): KeptPacket | undefined {
    return findPacket(this.#pictures, packetIndex) ?? findPacket(this.#newestGop(), packetIndex);
  }

  /** Measured over what is kept; undefined when that is too little. */
  get bitrateKbps(): number | undefined {
    const [oldest, newest] = [this.#pictures[0], this.#pictures.at(-1)];
    if (!oldest || !newest) return undefined;
    const spanMs = ageMs(oldest, newest);
    return spanMs < SHORTEST_MEASURED_MS ? undefined : (this.#bytes * BITS_PER_BYTE) / spanMs;
  }

  #endIndex(): number | undefined {
    const newest = this.#pictures.at(-1);
    return newest && newest.packetIndex + newest.packets.length;
  }

  #isOverfull(newest: Picture): boolean {
    const [oldest] = this.#pictures;
    if (!oldest) return false;
    const { maxAgeMs, maxPackets, maxBytes } = this.#bounds;
    return this.#packets > maxPackets || this.#bytes > maxBytes || ageMs(oldest, newest) > maxAgeMs;
  }

  #dropOldest(): void {
    const oldest = this.#pictures.shift();
    if (!oldest) return;
    this.#packets -= oldest.packets.length;
    this.#bytes -= pictureBytes(oldest);
  }

  #forget(): void {
    this.#pictures = [];
    this.#packets = 0;
    this.#bytes = 0;
  }
}

function findPacket(pictures: readonly Picture[], packetIndex: number): KeptPacket | undefined {
  const picture = pictures.findLast((candidate) => candidate.packetIndex <= packetIndex);
  const packet = picture?.packets[packetIndex - picture.packetIndex];
  return picture && packet && { ...packet, rtpTimestamp: picture.rtpTimestamp };
}

export function pictureBytes({ packets }: Picture): number {
  return packets.reduce((sum, { payload }) => sum + payload.length, 0);
}

function ageMs(oldest: Picture, newest: Picture): number {
  return (newest.captureTimeUs - oldest.captureTimeUs) / MICROSECONDS_PER_MILLISECOND;
}
