import type { RtpPayload } from '../../../media/h264-packetizer.ts';
import type { MediaTransport } from './media-transport.ts';
import type { RtpHeaderWriter } from './rtp-header-writer.ts';

export interface PacketsInARow {
  readonly transport: MediaTransport;
  readonly headers: RtpHeaderWriter;
  readonly firstSequence: number;
  readonly timestamp: number;
  readonly packets: readonly RtpPayload[];
}

/** Sends a picture's packets: in one go where the transport can, and one by one what is left. */
export function sendPackets({ transport, headers, firstSequence, timestamp, packets }: PacketsInARow): void {
  const sent = transport.sendBurst?.(headers.write(firstSequence, timestamp, false), packets) ?? 0;
  for (let n = sent; n < packets.length; n += 1) {
    const packet = packets[n];
    if (!packet) return;
    transport.sendRtp(headers.write(firstSequence + n, timestamp, packet.marker), packet.payload);
  }
}
