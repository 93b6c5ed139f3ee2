import { Connection, StunProtocol, UdpTransport, type IceConnection, type Protocol } from 'werift';

/** RFC 7983 §7 */
const FIRST_OF_MEDIA = 128;
const LAST_OF_MEDIA = 191;

/**
 * Hands on the media that comes on a connection, encrypted as it is.
 *
 * What comes on a plain UDP socket, as nearly all does, is taken there: werift would first look for a question of ICE in
 * it and then make promises of each packet. Whatever else comes, such as through a TURN server, comes by werift.
 *
 * To be called when the connection is there.
 * @returns stop listening.
 */
export function onMedia(ice: IceConnection, handle: (packet: Buffer) => void): () => void {
  const undo = socketsOf(ice).map((transport) => takeMedia(transport, handle));
  const { unSubscribe } = ice.onData.subscribe((packet) => {
    if (isMedia(packet)) handle(packet);
  });
  return () => {
    unSubscribe();
    for (const undoOne of undo) undoOne();
  };
}

function takeMedia(transport: UdpTransport, handle: (packet: Buffer) => void): () => void {
  const { onData } = transport;
  transport.onData = (packet, address) => {
    if (isMedia(packet)) handle(packet);
    else onData(packet, address);
  };
  return () => {
    transport.onData = onData;
  };
}

function socketsOf(ice: IceConnection): UdpTransport[] {
  const protocols = ice instanceof Connection ? (ice['protocols'] as readonly Protocol[]) : [];
  return protocols.flatMap((protocol) =>
    protocol instanceof StunProtocol && protocol.transport instanceof UdpTransport
      ? [protocol.transport]
      : [],
  );
}

function isMedia([first = 0]: Buffer): boolean {
  return first >= FIRST_OF_MEDIA && first <= LAST_OF_MEDIA;
}
