import type { Clock } from '../foundation/clock.ts';

/** The client of a DTLS connection of werift, as far as its beginning goes. */
export interface HandshakeClient {
  connect(): Promise<void>;
  readonly transport: { readonly socket: { send: (packet: Buffer) => Promise<void> } };
  readonly dtls: { readonly flight: number };
}

/** Answers to the first flight lead to the third (RFC 6347 §4.2.4). */
const ANSWERED_FLIGHT = 3;
/** werift itself repeats what was not answered half a second later. */
const REPEAT_AFTER_MS = [15, 15, 30, 60, 120];

/**
 * Begins the handshake at once. werift would wait a tenth of a second, because a server that does not listen yet hears
 * nothing; here the client repeats its hello instead until it is heard. The camera takes it once (`guardHandshake`).
 *
 * To be called when there is a connection for it and werift has not begun yet.
 *
 * @returns stop repeating.
 */
export function beginHandshake(client: HandshakeClient, clock: Clock): () => void {
  const { socket } = client.transport;
  const hello = firstPacketOf(client);
  let cancel = (): void => undefined;
  const repeatAfter = ([pauseMs, ...others]: readonly number[]): void => {
    if (pauseMs === undefined || !hello) return;
    cancel = clock.after(pauseMs, () => {
      if (client.dtls.flight >= ANSWERED_FLIGHT) return;
      // What cannot be sent is lost; a connection that is gone is told by its own event.
      socket.send(hello).catch(() => undefined);
      repeatAfter(others);
    });
  };
  repeatAfter(REPEAT_AFTER_MS);
  return () => cancel();
}

function firstPacketOf(client: HandshakeClient): Buffer | undefined {
  const { socket } = client.transport;
  const send = socket.send.bind(socket);
  let first: Buffer | undefined;
  socket.send = (packet) => {
    first ??= packet;
    return send(packet);
  };
  const begun = client.connect();
  socket.send = send;
  // werift asks for it later, and then takes care of its failure.
  client.connect = () => begun;
  begun.catch(() => undefined);
  return first;
}

/** Whether this end of a DTLS connection is the client. */
export function isClient(dtls: object): dtls is HandshakeClient {
  return 'connect' in dtls;
}
