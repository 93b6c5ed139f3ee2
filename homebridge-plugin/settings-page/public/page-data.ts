/** The plugin's block in Homebridge's config.json, as far as this page changes it; the rest is kept as it is. */
export interface PluginBlock {
  readonly [key: string]: unknown;
  readonly prefix?: string;
  readonly broker?: BrokerFields;
  readonly localCamera?: LocalCameraFields;
}

export interface BrokerFields {
  readonly [key: string]: unknown;
  readonly url?: string;
  readonly username?: string;
  readonly password?: string;
}

export interface LocalCameraFields {
  readonly [key: string]: unknown;
  readonly enabled?: boolean;
  readonly name?: string;
  readonly source?: string;
  readonly size?: string;
  readonly fps?: number;
  readonly bitrateKbps?: number;
}

export type Place = 'broker' | 'local';

export interface FoundCamera {
  readonly place: Place;
  readonly device: string;
  readonly name: string;
  readonly readiness: 'ready' | 'offline' | 'private';
  /** Why it gives no pictures, in its own words. */
  readonly failure?: string;
}

export type SearchResult =
  | { readonly kind: 'connected'; readonly url: string; readonly cameras: readonly FoundCamera[] }
  | { readonly kind: 'unusable'; readonly url: string; readonly why: string; readonly message: string }
  | { readonly kind: 'superseded' };

export interface Finding {
  readonly about: string;
  readonly state: 'good' | 'doubtful' | 'bad';
  readonly found: string;
  readonly remedy?: string;
}

export interface SetupCode {
  readonly device: string;
  readonly how: 'bridge' | 'itself';
  readonly pin?: string;
  readonly qr?: readonly string[];
  readonly isPaired: boolean;
}

/** Of the contract. */
export type ErrorCode = string;
