/** RFC 7587 §4.1: whatever the sound's own rate, its RTP clock is this one. */
export const OPUS_CLOCK_RATE = 48_000;

/** What the first byte of an Opus packet says (RFC 6716 §3.1). */
export interface OpusPacketShape {
  readonly mode: 'silk' | 'hybrid' | 'celt';
  /** Of each of its frames. */
  readonly frameMs: number;
  readonly isStereo: boolean;
  /** `one`; `two` of equal or of different size; `some`: the second byte says how many. */
  readonly frames: 'one' | 'two' | 'some';
}

const FIRST_HYBRID = 12;
const FIRST_CELT = 16;
const SILK_FRAMES_MS = [10, 20, 40, 60];
const HYBRID_FRAMES_MS = [10, 20];
const CELT_FRAMES_MS = [2.5, 5, 10, 20];
const FRAMES = ['one', 'two', 'two', 'some'] as const;
const COUNTS = { one: 1, two: 2 };
const FRAME_COUNT = 0x3f;
const LONGEST_PACKET_MS = 120;

/** Reads the shape of a packet; undefined for an empty one, which is none. */
export function opusPacketShape(packet: Uint8Array): OpusPacketShape | undefined {
  const [first] = packet;
  if (first === undefined) return undefined;
  const configuration = first >> 3;
  const frames = FRAMES[first & 0x03] ?? 'one';
  return { ...modeOf(configuration), isStereo: (first & 0x04) !== 0, frames };
}

/** How much sound a packet holds; undefined for one that no decoder takes (RFC 6716 §3.4). */
export function opusPacketMs(packet: Uint8Array): number | undefined {
  const shape = opusPacketShape(packet);
  if (!shape) return undefined;
  const { frameMs, frames } = shape;
  const count = frames === 'some' ? (packet[1] ?? 0) & FRAME_COUNT : COUNTS[frames];
  const durationMs = frameMs * count;
  return durationMs > 0 && durationMs <= LONGEST_PACKET_MS ? durationMs : undefined;
}

function modeOf(configuration: number): Pick<OpusPacketShape, 'mode' | 'frameMs'> {
  if (configuration >= FIRST_CELT)
    return { mode: 'celt', frameMs: CELT_FRAMES_MS[configuration % CELT_FRAMES_MS.length] ?? 0 };
  if (configuration >= FIRST_HYBRID)
    return { mode: 'hybrid', frameMs: HYBRID_FRAMES_MS[configuration % HYBRID_FRAMES_MS.length] ?? 0 };
  return { mode: 'silk', frameMs: SILK_FRAMES_MS[configuration % SILK_FRAMES_MS.length] ?? 0 };
}
