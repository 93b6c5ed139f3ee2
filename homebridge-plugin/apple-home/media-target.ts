import { isIP } from 'node:net';
import type { PrepareStreamRequest } from './hap.ts';
import { StreamRefusedError } from './stream-refused-error.ts';

const HIGHEST_PORT = 65_535;

/** Where a controller wants its packets. */
export interface MediaTarget {
  readonly address: string;
  readonly port: number;
  readonly family: 'ipv4' | 'ipv6';
}

/**
 * What a socket can send to: it throws for a port that does not exist and asks the DNS for an address that is none.
 * @throws StreamRefusedError
 */
export function mediaTarget(request: PrepareStreamRequest): MediaTarget {
  const { addressVersion: family, video } = request;
  const address = plainAddress(request.targetAddress);
  if (isIP(address) !== (family === 'ipv6' ? 6 : 4))
    throw new StreamRefusedError(
      `the controller names ${JSON.stringify(address)}, which is no ${family} address`,
    );
  return { address, port: mediaPort(video.port), family };
}

/**
 * Our own address that packets to the target leave from: the one that the controller spoke to. Undefined when it spoke
 * to one of the other family, and the kernel's choice has to do.
 */
export function ownAddress(sourceAddress: string, family: MediaTarget['family']): string | undefined {
  const address = plainAddress(sourceAddress);
  return isIP(address) === (family === 'ipv6' ? 6 : 4) ? address : undefined;
}

/** @throws StreamRefusedError */
export function mediaPort(port: number): number {
  if (!Number.isInteger(port) || port < 1 || port > HIGHEST_PORT)
    throw new StreamRefusedError(`the controller names port ${port}, to which nothing can be sent`);
  return port;
}

/** An IPv4 address as a dual-stack server sees it is "::ffff:192.0.2.1". */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/iu, '');
}
