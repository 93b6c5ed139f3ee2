import type { WireKeys } from '../wire-keys.ts';

export type CameraQuestion =
  /** Answered with a `CameraAddress`. */
  | { readonly kind: 'open' }
  /** From now on pictures go to these ports as well, as RTP in the clear. */
  | { readonly kind: 'send in the clear'; readonly ports: readonly number[] }
  /** Answered with `Played` when the time is over. `pace`: so many times as fast as it was recorded; default 1. */
  | { readonly kind: 'play'; readonly durationMs: number; readonly pace?: number };

export interface CameraAddress {
  readonly broker: string;
  readonly device: string;
  /** Base64, for whoever has to be told before the first picture. */
  readonly parameterSets: readonly string[];
}

/** On this machine's monotonic clock, the first and the last of these pictures included. */
export interface Played {
  readonly pictures: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Answered with the payload type when the camera's packets come; they go on to these ports. */
export interface RelayQuestion {
  readonly broker: string;
  readonly device: string;
  readonly ports: readonly number[];
}

export type ReceiversQuestion =
  /** Answered with the port of each stream. */
  | { readonly kind: 'open'; readonly n: number }
  | { readonly kind: 'expect'; readonly streams: readonly ExpectedStream[] }
  /** Answered with the number of streams that have begun. */
  | { readonly kind: 'count begun' }
  /** Answered with `Received`. */
  | { readonly kind: 'received'; readonly played: Played };

export interface ExpectedStream {
  /** What its packets are encrypted with. */
  readonly keys: WireKeys;
  /** Where its sender wants to hear, as Apple Home's controllers tell, that somebody is there. */
  readonly reports?: { readonly port: number; readonly keys: WireKeys };
}

export type FirstHandQuestion =
  /** Answered when the camera's packets come. */
  | { readonly kind: 'open'; readonly address: CameraAddress }
  /** Answered with all that came, as `ArrivedPicture[]`. */
  | { readonly kind: 'pictures' };

export interface ArrivedPicture {
  readonly readyAtMs: number;
  /** From the ready picture to the arrival of its last packet. */
  readonly delayMs: number;
}

/** Of all streams together. */
export interface Received {
  readonly pictures: readonly ArrivedPicture[];
  readonly packets: number;
  /** Gaps in the sequence numbers. */
  readonly lostPackets: number;
}
