import type { WireKeys } from '../wire-keys.ts';

export type PluginQuestion =
  | { readonly kind: 'connect'; readonly broker: string }
  /** Answered when the plugin sees the camera. */
  | { readonly kind: 'find'; readonly device: string }
  /** Answered with what HomeKit would tell the controller. */
  | ({ readonly kind: 'prepare' } & StreamToPrepare)
  | { readonly kind: 'start' | 'stop'; readonly session: string };

export interface StreamToPrepare {
  readonly device: string;
  readonly session: string;
  /** The controller's. */
  readonly port: number;
  readonly keys: WireKeys;
}

export interface Prepared {
  readonly port: number;
  readonly keys: WireKeys;
}
