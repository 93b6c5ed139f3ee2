import { z } from 'zod';
import type { DataStreamEvent } from './data-stream.ts';

export const CLOSED_NORMALLY = 0;

const dataSchema = z.object({
  streamId: z.number(),
  endOfStream: z.boolean().optional(),
  packets: z
    .array(
      z.object({
        data: z.instanceof(Buffer),
        metadata: z.object({
          dataType: z.enum(['mediaInitialization', 'mediaFragment']),
          dataSequenceNumber: z.number(),
          isLastDataChunk: z.boolean(),
          dataTotalSize: z.number().optional(),
        }),
      }),
    )
    .length(1),
});
const closeSchema = z.object({ streamId: z.number(), reason: z.number() });

export interface DownloadedPart {
  readonly type: 'mediaInitialization' | 'mediaFragment';
  readonly data: Buffer;
  /** On performance.now()'s clock. */
  readonly atMs: number;
}

/** What a hub has of one recording. */
export class DownloadedRecording {
  readonly streamId: number;
  readonly parts: DownloadedPart[] = [];
  /** True when the accessory said that nothing follows. */
  isComplete = false;
  /** Why the accessory closed it. */
  closeReason: number | undefined;
  #chunks: Buffer[] = [];
  #totalBytes = 0;

  constructor(streamId: number) {
    this.streamId = streamId;
  }

  get fragments(): readonly DownloadedPart[] {
    return this.parts.filter(({ type }) => type === 'mediaFragment');
  }

  get file(): Buffer {
    return Buffer.concat(this.parts.map(({ data }) => data));
  }

  handle({ protocol, event, message }: DataStreamEvent): void {
    if (protocol !== 'dataSend') return;
    if (event === 'data') this.#handleData(dataSchema.parse(message));
    if (event === 'close') this.#handleClose(closeSchema.parse(message));
  }

  #handleClose({ streamId, reason }: z.output<typeof closeSchema>): void {
    if (streamId === this.streamId) this.closeReason = reason;
  }

  #handleData({ streamId, packets, endOfStream = false }: z.output<typeof dataSchema>): void {
    if (streamId !== this.streamId) return;
    for (const { data, metadata } of packets) {
      this.#totalBytes = metadata.dataTotalSize ?? this.#totalBytes;
      this.#chunks.push(data);
      if (!metadata.isLastDataChunk) continue;
      const whole = Buffer.concat(this.#chunks.splice(0));
      if (whole.length !== this.#totalBytes || metadata.dataSequenceNumber !== this.parts.length + 1)
        throw new Error('a part of the recording is missing');
      this.parts.push({ type: metadata.dataType, data: whole, atMs: performance.now() });
    }
    this.isComplete ||= endOfStream;
  }
}
