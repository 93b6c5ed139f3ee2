import { writeRtpHeader, type RtpHeaderExtension } from '../../../media/rtp.ts';

const MARKER_BIT = 0x80;

export interface RtpHeaderWriterOptions {
  readonly payloadType: number;
  readonly ssrc: number;
  readonly extensions: readonly RtpHeaderExtension[];
}

/** Writes the headers of one stream, all into the same bytes: a viewer gets hundreds of them a second. */
export class RtpHeaderWriter {
  readonly #header: Buffer;
  readonly #payloadType: number;

  constructor({ payloadType, ssrc, extensions }: RtpHeaderWriterOptions) {
    this.#payloadType = payloadType;
    const fields = { payloadType, ssrc, marker: false, sequenceNumber: 0, timestamp: 0 };
    this.#header = writeRtpHeader(fields, extensions);
  }

  /** @returns a header that the next call overwrites. Numbers are cut to their width. */
  write(sequenceNumber: number, timestamp: number, marker: boolean): Buffer {
    const header = this.#header;
    header[1] = this.#payloadType | (marker ? MARKER_BIT : 0);
    header.writeUInt16BE(sequenceNumber & 0xffff, 2);
    header.writeUInt32BE(timestamp >>> 0, 4);
    return header;
  }
}
