import { isIP } from 'node:net';
import type { DirectWay } from '../../foundation/bursts/burst-sender.ts';
import { socketDescriptor } from '../../foundation/bursts/socket-descriptor.ts';
import { Connection, StunProtocol, UdpTransport, type CandidatePair, type IceConnection } from 'werift';

interface UdpPeer {
  readonly transport: UdpTransport;
  readonly address: string;
  readonly port: number;
}

/**
 * The way to a viewer where it is a plain UDP socket, as it nearly always is: packets go to the socket at once, without
 * the promises that werift makes of each of them. Whatever else the two sides agreed on, such as a TURN server, stays
 * werift's to send.
 */
export class UdpWay {
  readonly #ice: Connection | undefined;
  #pair: CandidatePair | undefined;
  #peer: UdpPeer | undefined;
  #isNodeAtIt = false;

  constructor(ice: IceConnection) {
    this.#ice = ice instanceof Connection ? ice : undefined;
    // The last word of the handshake may still be on its way, and without it nothing can be decrypted.
    this.#waitForNode();
  }

  /** Packets the network has not taken yet. */
  get waitingPackets(): number {
    return this.#peer && !this.#peer.transport.closed ? this.#peer.transport.socket.getSendQueueCount() : 0;
  }

  /**
   * For who sends past Node, at once: the kernel may give the descriptor to something else any time later. Undefined
   * where there is no such way, and while Node itself holds packets back that must come first.
   */
  get direct(): DirectWay | undefined {
    const peer = this.#currentPeer();
    if (this.#isNodeAtIt || !peer || peer.transport.closed || !this.#hasConsent()) return undefined;
    const { socket } = peer.transport;
    const descriptor = socket.getSendQueueCount() === 0 ? socketDescriptor(socket) : undefined;
    return descriptor === undefined ? undefined : { descriptor, address: peer.address, port: peer.port };
  }

  /** @returns false when there is no such way, or none any more; the packet has not been sent then. */
  send(packet: Buffer): boolean {
    const peer = this.#currentPeer();
    if (!peer || peer.transport.closed || !this.#hasConsent()) return false;
    peer.transport.socket.send(packet, peer.port, peer.address);
    this.#waitForNode();
    return true;
  }

  /** Node's sockets hand a packet on a few ticks after they were given it. */
  #waitForNode(): void {
    if (this.#isNodeAtIt) return;
    this.#isNodeAtIt = true;
    setImmediate(() => {
      this.#isNodeAtIt = false;
    });
  }

  /** Whether the viewer still wants packets (RFC 7675), as werift itself asks. */
  #hasConsent(): boolean {
    const isFresh: unknown = this.#ice?.['consentFresh'];
    return isFresh === true && this.#ice?.state !== 'closed' && this.#ice?.state !== 'failed';
  }

  /** Both sides may change over to another pair of addresses at any time. */
  #currentPeer(): UdpPeer | undefined {
    const pair = this.#ice?.nominated;
    if (pair === this.#pair) return this.#peer;
    this.#pair = pair;
    this.#peer = pair && peerOf(pair);
    return this.#peer;
  }
}

function peerOf({ protocol, remoteAddr: [address, port] }: CandidatePair): UdpPeer | undefined {
  if (!(protocol instanceof StunProtocol) || !(protocol.transport instanceof UdpTransport)) return undefined;
  // A name would have to be looked up first, which may fail.
  return isIP(address) === 0 ? undefined : { transport: protocol.transport, address, port };
}
