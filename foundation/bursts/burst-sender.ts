import type { KeyObject } from 'node:crypto';
import type { BurstAddon, BurstKey } from './burst-addon.ts';
import type { Bursts } from './open-bursts.ts';
import { packPayloads, type BurstPacket } from './packed-payloads.ts';

/** Where packets go when they go past Node. */
export interface DirectWay {
  readonly descriptor: number;
  readonly address: string;
  readonly port: number;
}

/** The sender that protects single packets, with all that a burst shares with it. */
export interface SharedProtector {
  readonly rtpSessionKeys: {
    readonly encryptionKey: KeyObject;
    readonly salt: Buffer;
    /** Absent for AEAD_AES_128_GCM, which authenticates by itself. */
    readonly authenticationKey?: KeyObject;
  };
  /** Takes the indexes of packets in a row. @returns the 48-bit index of the first. */
  takeIndexes(ssrc: number, firstSequenceNumber: number, packets: number): number;
}

const ROLL_OVER_PACKETS = 2 ** 16;
/** What `burst.c` takes of a header and a payload together; what is larger leaves one by one. */
const MOST_BYTES = 1_436;

/**
 * Sends the packets of a picture to one viewer in one call, as far as that goes.
 *
 * It shares the key and the count of packets with the sender that protects single packets, so that no nonce is used for
 * two.
 */
export class BurstSender {
  readonly #addon: BurstAddon;
  readonly #protector: SharedProtector;
  readonly #key: BurstKey;
  #target: { readonly address: string; readonly port: number; readonly kernelAddress: Buffer } | undefined;

  constructor({ addon, canSegment }: Bursts, protector: SharedProtector) {
    const { encryptionKey, salt, authenticationKey } = protector.rtpSessionKeys;
    this.#addon = addon;
    this.#protector = protector;
    this.#key = authenticationKey
      ? addon.createKey(encryptionKey.export(), salt, canSegment, authenticationKey.export())
      : addon.createKey(encryptionKey.export(), salt, canSegment);
  }

  /**
   * @param header of the first, without a marker.
   * @returns how many packets were sent, from the first on.
   */
  send(way: DirectWay, header: Buffer, packets: readonly BurstPacket[]): number {
    const address = this.#kernelAddress(way);
    const last = packets.at(-1);
    const isTooLarge = packets.some(({ payload }) => header.length + payload.length > MOST_BYTES);
    if (!address || !last || isTooLarge) return 0;
    const index = this.#protector.takeIndexes(header.readUInt32BE(8), header.readUInt16BE(2), packets.length);
    const rollOvers = Math.floor(index / ROLL_OVER_PACKETS);
    const { bytes, ends } = packPayloads(packets);
    return this.#addon.sendBurst(
      this.#key,
      way.descriptor,
      address,
      header,
      rollOvers,
      bytes,
      ends,
      last.marker,
    );
  }

  #kernelAddress({ address, port }: DirectWay): Buffer | undefined {
    const known = this.#target;
    if (known?.address === address && known.port === port) return known.kernelAddress;
    const kernelAddress = this.#addon.createAddress(address, port);
    this.#target = kernelAddress && { address, port, kernelAddress };
    return kernelAddress;
  }
}
