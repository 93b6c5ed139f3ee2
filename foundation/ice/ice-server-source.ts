import type { IceServer } from '../../contract/operations.ts';

export interface IceServerSet {
  readonly iceServers: readonly IceServer[];
  /** For so long the credentials hold. */
  readonly expiresInS: number;
}

/** Names the STUN and TURN servers of the moment. Never rejects: without an answer those are named that are there. */
export interface IceServerSource {
  current(): Promise<IceServerSet>;
}

/** A fixed list does not run out; a day lets viewers notice a changed configuration. */
const FIXED_EXPIRES_IN_S = 86_400;

export function fixedIceServers(iceServers: readonly IceServer[]): IceServerSource {
  return { current: () => Promise.resolve({ iceServers, expiresInS: FIXED_EXPIRES_IN_S }) };
}
