export type PluginQuestion =
  | { readonly kind: 'connect'; readonly broker: string }
  /** Answered when the plugin sees the camera. */
  | { readonly kind: 'find'; readonly device: string }
  /** Answered with what HomeKit would tell the controller. `port` is the controller's. */
  | { readonly kind: 'prepare'; readonly device: string; readonly port: number; readonly keys: WireKeys }
  | { readonly kind: 'start' }
  | { readonly kind: 'stop' };

/** SRTP master keys in base64, because messages between processes are JSON. */
export interface WireKeys {
  readonly key: string;
  readonly salt: string;
}

export interface Prepared {
  readonly port: number;
  readonly keys: WireKeys;
}
