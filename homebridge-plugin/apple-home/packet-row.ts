import { sequencePlus } from '../../media/rtp-sequence.ts';
import type { RelayedPacket } from './video-relay.ts';

/**
 * Packets of one picture that follow each other. They leave together with the picture's last one, or as soon as
 * everything has been read that has come from the camera by then: nothing waits for what is not there yet.
 */
export class PacketRow {
  readonly #send: (packets: readonly RelayedPacket[]) => void;
  #packets: RelayedPacket[] = [];
  #whenAllIsRead: NodeJS.Immediate | undefined;

  constructor(send: (packets: readonly RelayedPacket[]) => void) {
    this.#send = send;
  }

  push(packet: RelayedPacket): void {
    if (!this.#isFollowedBy(packet)) this.flush();
    this.#packets.push(packet);
    if (packet.marker) this.flush();
    else this.#whenAllIsRead ??= setImmediate(() => this.flush());
  }

  /** What waits leaves now. */
  flush(): void {
    clearImmediate(this.#whenAllIsRead);
    this.#whenAllIsRead = undefined;
    if (this.#packets.length === 0) return;
    const packets = this.#packets;
    this.#packets = [];
    this.#send(packets);
  }

  #isFollowedBy({ timestamp, sequenceNumber }: RelayedPacket): boolean {
    const last = this.#packets.at(-1);
    return last?.timestamp === timestamp && sequencePlus(last.sequenceNumber, 1) === sequenceNumber;
  }
}
