import type { RtpPayload } from '../../../media/h264-packetizer.ts';

/** The encrypted way to one viewer. Sending is a try: what cannot be sent is a lost packet, and nothing throws. */
export interface MediaTransport {
  /** Neither buffer is kept. A sequence number may be sent again only with the very same bytes. */
  sendRtp(header: Buffer, payload: Buffer): void;
  /**
   * Sends packets in a row at once, as far as it can. Absent where there is no such way.
   *
   * @param header of the first packet, without its marker; the sequence numbers count up from it.
   * @param packets of one picture.
   * @returns how many were sent, from the first on. The others must go through `sendRtp`, with the same numbers, header
   *   fields and payloads: they may have been encrypted already, and no nonce may be used for anything else.
   */
  sendBurst?(header: Buffer, packets: readonly RtpPayload[]): number;
  sendRtcp(compound: Buffer): void;
  /** Packets the network has not taken yet. */
  readonly waitingPackets: number;
}

/** More waiting packets than about two seconds of video mean that the network does not take them. */
const MAX_WAITING_PACKETS = 1_500;

/** True while the network does not take what is sent. */
export function isCongested({ waitingPackets }: MediaTransport): boolean {
  return waitingPackets > MAX_WAITING_PACKETS;
}

/** How the answer promised to send sound. */
export interface AudioSendFormat {
  readonly payloadType: number;
  /** Of no other stream of this connection. */
  readonly ssrc: number;
  /** The pictures' too. */
  readonly cname: string;
}

/** What the answer promised to send. */
export interface SendFormat {
  readonly payloadType: number;
  readonly ssrc: number;
  /** Retransmissions in a stream of their own (RFC 4588); absent when the viewer knows none. */
  readonly rtx?: { readonly payloadType: number; readonly ssrc: number } | undefined;
  /** The id of the playout-delay header extension; absent when the viewer does not know it. */
  readonly playoutDelayId?: number | undefined;
  readonly cname: string;
}
