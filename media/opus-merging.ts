import { opusPacketShape } from './opus-packet.ts';

const FRAMES_ANY_NUMBER = 3;
const VARIABLE_LENGTHS = 0x80;
/** From this length on a second byte is needed (RFC 6716 §3.2.1). */
const LONGEST_IN_ONE_BYTE = 251;

/** True for a packet that holds one frame, which can be put together with others. */
export function holdsOneOpusFrame(packet: Uint8Array): boolean {
  return opusPacketShape(packet)?.frames === 'one';
}

/** True when two packets are of the same mode, bandwidth, frame length and channels: only such frames share a packet. */
export function areOpusFramesAlike(one: Uint8Array, other: Uint8Array): boolean {
  return (one[0] ?? 0) >> 2 === (other[0] ?? 0) >> 2;
}

/**
 * One packet of the frames of several (RFC 6716 §3.2.5), each of which holds one frame and is like the first. undefined
 * stands for a frame that is missing: the decoder then goes on from the one before.
 */
export function mergeOpusPackets(packets: readonly (Buffer | undefined)[]): Buffer {
  const frames = packets.map((packet) => packet?.subarray(1) ?? Buffer.alloc(0));
  const [kind = 0] = packets.find((packet) => packet !== undefined) ?? [];
  const lengths = frames.slice(0, -1).map(({ length }) => frameLength(length));
  const head = Buffer.of((kind & ~FRAMES_ANY_NUMBER) | FRAMES_ANY_NUMBER, VARIABLE_LENGTHS | frames.length);
  return Buffer.concat([head, ...lengths, ...frames]);
}

function frameLength(bytes: number): Buffer {
  if (bytes <= LONGEST_IN_ONE_BYTE) return Buffer.of(bytes);
  const first = LONGEST_IN_ONE_BYTE + 1 + (bytes & 3);
  return Buffer.of(first, (bytes - first) / 4);
}
