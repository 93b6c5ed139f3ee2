import type { RtpPayload } from '../../../media/h264-packetizer.ts';
import type { SrtpGcmSender } from '../../../media/srtp-gcm.ts';
import type { BurstAddon, BurstKey } from './burst-addon.ts';
import type { Bursts } from './open-bursts.ts';
import { packPayloads } from './packed-payloads.ts';

/** Where packets go when they go past Node. */
export interface DirectWay {
  readonly descriptor: number;
  readonly address: string;
  readonly port: number;
}

const ROLL_OVER_PACKETS = 2 ** 16;

/**
 * Sends the packets of a picture to one viewer in one call, as far as that goes.
 *
 * It shares the key and the count of packets with the sender that protects single packets, so that no nonce is used for
 * two.
 */
export class BurstSender {
  readonly #addon: BurstAddon;
  readonly #protector: SrtpGcmSender;
  readonly #key: BurstKey;
  #target: { readonly address: string; readonly port: number; readonly kernelAddress: Buffer } | undefined;

  constructor({ addon, canSegment }: Bursts, protector: SrtpGcmSender) {
    const { encryptionKey, salt } = protector.rtpSessionKeys;
    this.#addon = addon;
    this.#protector = protector;
    this.#key = addon.createKey(encryptionKey.export(), salt, canSegment);
  }

  /** @returns how many packets were sent, from the first on. */
  send(way: DirectWay, header: Buffer, packets: readonly RtpPayload[]): number {
    const address = this.#kernelAddress(way);
    if (!address || packets.length === 0) return 0;
    const index = this.#protector.takeIndexes(header.readUInt32BE(8), header.readUInt16BE(2), packets.length);
    const rollOvers = Math.floor(index / ROLL_OVER_PACKETS);
    const { bytes, ends } = packPayloads(packets);
    return this.#addon.sendBurst(this.#key, way.descriptor, address, header, rollOvers, bytes, ends);
  }

  #kernelAddress({ address, port }: DirectWay): Buffer | undefined {
    const known = this.#target;
    if (known?.address === address && known.port === port) return known.kernelAddress;
    const kernelAddress = this.#addon.createAddress(address, port);
    this.#target = kernelAddress && { address, port, kernelAddress };
    return kernelAddress;
  }
}
