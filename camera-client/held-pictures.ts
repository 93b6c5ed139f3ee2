import type { LiveViewPacket } from './live-view.ts';
import { beginsKeyframe, decodeH264Payload } from '../media/h264-payload.ts';

/**
 * Two seconds at 2 Mbit/s, which is a whole group of pictures by default: cameras that make no key frame when they are
 * asked would keep a phone waiting for the rest of a group. More at once could be too much for the way to it.
 */
const MOST_PACKETS = 500;
/** 1 ms at 90 kHz. */
const STEP_TICKS = 90;
const MODULUS_32_BITS = 2 ** 32;

/**
 * The newest key frame and what followed it, for whoever begins to watch later: not every camera can make another at once.
 */
export class HeldPictures {
  #packets: LiveViewPacket[] = [];
  /** Where the newest picture begins: its parameter sets may be packets of their own. */
  #pictureAt = 0;
  #hasKeyframe = false;

  /** Packets must come in order. After a loss there is nothing to show before the next key frame. */
  add(packet: LiveViewPacket): void {
    const last = this.#packets.at(-1);
    const isFull = this.#packets.length >= MOST_PACKETS;
    if (isFull || (last && packet.index !== last.index + 1)) this.clear();
    if (packet.timestamp !== last?.timestamp) this.#beginPicture();
    this.#packets.push(packet);
    const isFirstOfKeyframe = beginsKeyframe(decodeH264Payload(packet.payload));
    if (isFirstOfKeyframe) this.#beginGroup();
  }

  /** From the key frame on, as they came; empty when there is none. */
  get packets(): readonly LiveViewPacket[] {
    return this.#hasKeyframe ? this.#packets : [];
  }

  /**
   * What to begin with; empty when there is no key frame. All but the last picture are of the past: they seem to have been
   * taken a moment before it, so that no player takes its time to show them.
   */
  take(): LiveViewPacket[] {
    const { packets } = this;
    this.clear();
    const timestamps = [...new Set(packets.map(({ timestamp }) => timestamp))];
    const newest = timestamps.at(-1) ?? 0;
    return packets.map((packet) => {
      const age = timestamps.length - 1 - timestamps.indexOf(packet.timestamp);
      const timestamp = (newest - age * STEP_TICKS + MODULUS_32_BITS) % MODULUS_32_BITS;
      return { ...packet, timestamp };
    });
  }

  clear(): void {
    this.#packets = [];
    this.#pictureAt = 0;
    this.#hasKeyframe = false;
  }

  #beginPicture(): void {
    if (!this.#hasKeyframe) this.#packets = [];
    this.#pictureAt = this.#packets.length;
  }

  #beginGroup(): void {
    this.#packets.splice(0, this.#pictureAt);
    this.#pictureAt = 0;
    this.#hasKeyframe = true;
  }
}
