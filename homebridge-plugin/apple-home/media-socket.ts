import { createSocket, type Socket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import type { DirectWay } from '../../foundation/bursts/burst-sender.ts';
import { socketDescriptor } from '../../foundation/bursts/socket-descriptor.ts';
import { describeError, type Logger } from '../../foundation/logger.ts';
import { ownAddress, type MediaTarget } from './media-target.ts';

export interface MediaSocketOptions {
  /** Our side of the controller's HAP connection: only what is sent from there is taken by Apple Home. */
  readonly sourceAddress: string;
  readonly target: MediaTarget;
  readonly handleMessage: (message: Buffer) => void;
  readonly logger: Logger;
}

/** The one UDP socket of a stream: RTP and RTCP out, RTCP in. */
export class MediaSocket {
  readonly #options: MediaSocketOptions;
  readonly #socket: Socket;
  #closed = false;
  #hasReported = false;

  constructor(options: MediaSocketOptions) {
    this.#options = options;
    const [type, family] = options.target.family === 'ipv6' ? (['udp6', 6] as const) : (['udp4', 4] as const);
    // All it is given are addresses. Node would look each up, and wait a turn, for every packet.
    this.#socket = createSocket({ type, lookup: (address, _, found) => found(null, address, family) });
  }

  /** Binds to the source address; resolves with the port. */
  async open(): Promise<number> {
    this.#socket.on('message', (message) => this.#handleMessage(message));
    this.#socket.on('error', (error) => this.#report(error));
    const { sourceAddress, target } = this.#options;
    const address = ownAddress(sourceAddress, target.family);
    await this.#bind(address === undefined ? undefined : withScope(address));
    return this.#socket.address().port;
  }

  /** @param port at the target's address; default: the target's own. */
  send(packet: Buffer, port = this.#options.target.port): void {
    if (this.#closed) return;
    const { address } = this.#options.target;
    this.#socket.send(packet, port, address, (error) => {
      if (error) this.#report(error);
    });
  }

  /**
   * For who sends past Node, at once: the kernel may give the descriptor to something else any time later. Undefined
   * while Node itself holds packets back that must come first.
   */
  direct(): DirectWay | undefined {
    if (this.#closed || this.#socket.getSendQueueCount() > 0) return undefined;
    const descriptor = socketDescriptor(this.#socket);
    const { address, port } = this.#options.target;
    return descriptor === undefined ? undefined : { descriptor, address, port };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
  }

  async #bind(address: string | undefined): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#socket.once('error', reject);
      this.#socket.bind({ port: 0, ...(address === undefined ? {} : { address }) }, () => {
        this.#socket.off('error', reject);
        resolve();
      });
    });
  }

  /** Anybody can send anything to an open port, and an error thrown in an event would end Homebridge. */
  #handleMessage(message: Buffer): void {
    try {
      this.#options.handleMessage(message);
    } catch (error) {
      this.#report(error);
    }
  }

  /** Every packet fails alike when the network is away: one line is enough. */
  #report(error: unknown): void {
    if (this.#hasReported || this.#closed) return;
    this.#hasReported = true;
    this.#options.logger.debug(`the stream's socket: ${describeError(error)}`);
  }
}

/** A link-local IPv6 address is only an address together with its interface. */
function withScope(address: string): string {
  if (!/^fe80:/iu.test(address) || address.includes('%')) return address;
  const [name] =
    Object.entries(networkInterfaces()).find(([, addresses]) =>
      addresses?.some((candidate) => candidate.address === address),
    ) ?? [];
  return name === undefined ? address : `${address}%${name}`;
}
