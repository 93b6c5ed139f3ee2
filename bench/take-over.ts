import type { Socket } from 'node:dgram';
import {
  Connection,
  StunProtocol,
  UdpTransport,
  type IceConnection,
  type Protocol,
  type RTCDtlsTransport,
  type RTCPeerConnection,
} from 'werift';
import { SrtpReceiver } from '../media/srtp.ts';
import { SrtpGcmReceiver } from '../media/srtp-gcm.ts';
import type { SrtpUnprotector } from '../media/srtp-protection.ts';
import { readArrivals, type HandleArrival } from './fan-out/arrivals/kernel-arrivals.ts';

/** What comes is taken in bulk, and until then has to be kept. */
export const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
const AEAD_AES_128_GCM = 0x0007;

/**
 * Receives the media in werift's place, as cheaply as can be: what is measured is the sender.
 *
 * @param connection connected
 * @returns what decrypts the packets.
 */
export function takeOverMedia(connection: RTCPeerConnection, handle: HandleArrival): SrtpUnprotector {
  const [transport] = connection.dtlsTransports;
  if (!transport) throw new Error('a connection has no transport');
  const { connection: ice } = transport.iceTransport;
  ice.onData.allUnsubscribe();
  // The pair of addresses in use may still change.
  for (const socket of socketsOf(ice)) readArrivals(socket, handle);
  return keysOf(transport);
}

function socketsOf(ice: IceConnection): Socket[] {
  const protocols = ice instanceof Connection ? (ice['protocols'] as readonly Protocol[]) : [];
  const sockets = protocols.flatMap((protocol) =>
    protocol instanceof StunProtocol && protocol.transport instanceof UdpTransport
      ? [protocol.transport.socket]
      : [],
  );
  for (const socket of sockets) socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
  return sockets;
}

function keysOf({ srtp }: RTCDtlsTransport): SrtpUnprotector {
  const { profile, keys } = srtp.config;
  const remote = { masterKey: keys.remoteMasterKey, masterSalt: keys.remoteMasterSalt };
  return profile === AEAD_AES_128_GCM ? new SrtpGcmReceiver(remote) : new SrtpReceiver(remote);
}
