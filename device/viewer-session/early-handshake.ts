type PacketHandler = (packet: Buffer, from: readonly [string, number]) => void;

/** The part of werift's DTLS transport that this needs. */
export interface AwaitedHandshake {
  readonly dtls?:
    { readonly transport: { readonly socket: { readonly onData?: PacketHandler | undefined } } } | undefined;
  readonly iceTransport: {
    readonly connection: {
      readonly onData: { subscribe(handle: (packet: Buffer) => void): { unSubscribe: () => void } };
    };
  };
}

/** The first flight with room for repetitions, and nothing that a stranger could fill memory with. */
const MOST_PACKETS = 8;
const MOST_BYTES = 16 * 1024;
/** RFC 7983 §7 */
const FIRST_OF_DTLS = 20;
const LAST_OF_DTLS = 63;
/** ICE does not tell, and DTLS does not ask. */
const SOMEWHERE = ['', 0] as const;

/**
 * Keeps what a viewer sends of its DTLS handshake before werift listens. A browser begins as soon as its own check of
 * the way was answered, which is before this side has checked it; unheard, it would say hello again only 50 ms later.
 */
export class EarlyHandshake {
  readonly #transport: AwaitedHandshake;
  #packets: Buffer[] = [];
  #bytes = 0;
  #stopListening: (() => void) | undefined;

  constructor(transport: AwaitedHandshake) {
    this.#transport = transport;
  }

  open(): void {
    const { onData } = this.#transport.iceTransport.connection;
    this.#stopListening = onData.subscribe((packet) => this.#handle(packet)).unSubscribe;
  }

  /** Hands over what came, as if it came now. To be called when there is a DTLS connection. */
  handOver(): void {
    const packets = this.#packets;
    this.close();
    for (const packet of packets) this.#transport.dtls?.transport.socket.onData?.(packet, SOMEWHERE);
  }

  close(): void {
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#packets = [];
  }

  #handle(packet: Buffer): void {
    const [first = 0] = packet;
    if (first < FIRST_OF_DTLS || first > LAST_OF_DTLS || this.#transport.dtls) return;
    if (this.#packets.length >= MOST_PACKETS || this.#bytes + packet.length > MOST_BYTES) return;
    this.#packets.push(packet);
    this.#bytes += packet.length;
  }
}
