/** Every way in which a picture can fail to come. */
export type Trouble =
  | { readonly kind: 'camera-offline' }
  | { readonly kind: 'camera-unknown' }
  | { readonly kind: 'camera-busy'; readonly detail: string }
  | { readonly kind: 'camera-failed'; readonly detail: string }
  | { readonly kind: 'stopped'; readonly reason: 'stopped' | 'disabled' }
  | { readonly kind: 'server-away' }
  | { readonly kind: 'broker-away' }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'refused'; readonly detail: string }
  /** Turned off by its owner. */
  | { readonly kind: 'private' }
  | { readonly kind: 'no-webrtc' }
  | { readonly kind: 'no-h264' }
  | { readonly kind: 'ice-failed'; readonly usesTurn: boolean }
  | { readonly kind: 'no-picture' }
  | { readonly kind: 'lost' };

/** The server's refusal of an offer, in the contract's codes. */
export function troubleOfRefusal(code: string, detail: string, brokerConnected: boolean): Trouble {
  switch (code) {
    case 'offline':
      return brokerConnected ? { kind: 'camera-offline' } : { kind: 'broker-away' };
    case 'not_found':
      return { kind: 'camera-unknown' };
    case 'busy':
    case 'rate_limited':
      return { kind: 'camera-busy', detail };
    case 'not_live':
    case 'internal':
      return { kind: 'camera-failed', detail };
    case 'timeout':
      return { kind: 'timeout' };
    default:
      return { kind: 'refused', detail };
  }
}

/** True when turning the camera on again may be all that is needed. */
export function mayBeTurnedOff(trouble: Trouble): boolean {
  return (
    ['refused', 'private'].includes(trouble.kind) ||
    (trouble.kind === 'stopped' && trouble.reason === 'disabled')
  );
}

/** What the end of a session, as the server knows it, means to who watches. */
export function troubleOfClosedSession(reason: string, message?: string): Trouble {
  if (reason === 'stopped' || reason === 'disabled') return { kind: 'stopped', reason };
  return message === undefined ? { kind: 'lost' } : { kind: 'camera-failed', detail: message };
}
