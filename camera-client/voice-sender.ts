import { randomInt } from 'node:crypto';
import { OPUS_CLOCK_RATE, opusPacketMs } from '../media/opus-packet.ts';
import { writeRtpHeader } from '../media/rtp.ts';
import { sequencePlus } from '../media/rtp-sequence.ts';

const TICKS_PER_MS = OPUS_CLOCK_RATE / 1_000;
const MODULUS_32_BITS = 2 ** 32;

export interface VoiceSenderOptions {
  readonly payloadType: number;
  readonly sendRtp: (header: Buffer, payload: Buffer) => void;
}

/** What somebody says, on its way to the camera: Opus as it is, under numbers of our own (RFC 7587). */
export class VoiceSender {
  readonly #options: VoiceSenderOptions;
  readonly #ssrc = randomInt(1, 2 ** 32);
  #sequenceNumber = randomInt(2 ** 15);
  #timestamp = randomInt(MODULUS_32_BITS);

  constructor(options: VoiceSenderOptions) {
    this.#options = options;
  }

  /** What is no Opus is passed over. */
  send(opus: Buffer): void {
    const durationMs = opusPacketMs(opus);
    if (durationMs === undefined) return;
    const { payloadType, sendRtp } = this.#options;
    const [ssrc, sequenceNumber, timestamp] = [this.#ssrc, this.#sequenceNumber, this.#timestamp];
    sendRtp(writeRtpHeader({ payloadType, marker: false, sequenceNumber, timestamp, ssrc }), opus);
    this.#sequenceNumber = sequencePlus(sequenceNumber, 1);
    this.#timestamp = (timestamp + durationMs * TICKS_PER_MS) % MODULUS_32_BITS;
  }
}
