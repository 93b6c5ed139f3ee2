/** A DTLS connection of werift, as far as its waits for an answer look into it. */
export interface HandshakingSocket {
  readonly dtls: { flight: number };
}

/**
 * Ends what a handshake that is over, by success or not, would still wait for. werift sends its last messages ten times
 * more in 33 s, on a socket that is closed by then, and keeps the whole connection for that long; it stops when it sees
 * that the other end has got further. Its present wait is not cut short: 5.5 s at the longest, half a second where the
 * handshake failed at once.
 */
export function endHandshake({ dtls }: HandshakingSocket): void {
  Object.defineProperty(dtls, 'flight', {
    get: () => Infinity,
    // A message that is still being worked on begins nothing anew.
    set: () => undefined,
  });
}
