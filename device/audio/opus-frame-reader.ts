import { opusPacketShape } from '../../media/opus-packet.ts';
import type { OutputReader } from '../capture/capture-process.ts';
import { FRAME_MS, type OpusFrame } from './opus-frame.ts';

/** The output is not what the encoder was asked for. */
export class OpusFrameError extends Error {
  override readonly name = 'OpusFrameError';
}

/**
 * Cuts a stream of Opus packets that all have the same size.
 *
 * A container would say where each ends, but Ogg, WebM and MP4 all hold a packet back until the next is there.
 */
export class OpusFrameReader implements OutputReader<OpusFrame> {
  readonly #frameBytes: number;
  #rest = Buffer.alloc(0);

  constructor(frameBytes: number) {
    this.#frameBytes = frameBytes;
  }

  push(chunk: Buffer, nowUs: number): OpusFrame[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const count = Math.floor(bytes.length / this.#frameBytes);
    this.#rest = Buffer.from(bytes.subarray(count * this.#frameBytes));
    return Array.from({ length: count }, (_, index) => {
      const opus = bytes.subarray(index * this.#frameBytes, (index + 1) * this.#frameBytes);
      checkFrame(opus);
      return { opus, arrivedAtUs: nowUs };
    });
  }
}

/** A cut in the wrong place would be noise for everybody who listens. */
function checkFrame(opus: Buffer): void {
  const shape = opusPacketShape(opus);
  const isExpected =
    shape?.mode === 'celt' && shape.frameMs === FRAME_MS && !shape.isStereo && shape.frames === 'one';
  if (!isExpected) throw new OpusFrameError('a packet is not the kind of Opus that was asked for');
}
