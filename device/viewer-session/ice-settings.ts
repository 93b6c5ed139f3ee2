import type { IceServer } from '../../contract/operations.ts';

/** How viewers reach the device. */
export interface IceSettings {
  /** STUN and TURN servers for both ends; none are asked when empty. */
  readonly servers: readonly IceServer[];
  /** Addresses to offer besides those of the network interfaces, such as that of a VPN. */
  readonly additionalHostAddresses: readonly string[];
  /** Smallest and largest UDP port, for firewalls. */
  /** Never a direct way to a viewer. Default: false. */
  readonly relayOnly?: boolean | undefined;
  readonly portRange?: readonly [number, number] | undefined;
}
