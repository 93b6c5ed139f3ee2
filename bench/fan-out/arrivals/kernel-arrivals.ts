import type { RemoteInfo, Socket } from 'node:dgram';
import { createRequire } from 'node:module';
import { socketDescriptor, socketHandle } from '../../../foundation/bursts/socket-descriptor.ts';
import { monotonicMs } from '../../monotonic.ts';

interface Arrival {
  readonly packet: Buffer;
  /** On the clock that all processes of this machine share. */
  readonly atMs: number;
  readonly address: string;
  readonly port: number;
}

/** What `arrivals.c` offers. */
interface ArrivalsAddon {
  noteTimes(descriptor: number): void;
  read(descriptor: number): Arrival | undefined;
}

export type HandleArrival = (packet: Buffer, atMs: number) => void;

/** Sockets hold some ten times of what comes meanwhile. */
const READ_EVERY_MS = 40;
const RTP_OR_RTCP = { from: 128, to: 191 };

/**
 * Takes what comes to `socket` from now on together with the moment the kernel got it. Where the addon was not compiled,
 * the moment is that at which Node hands it over, so that a receiver that is busy makes a sender look slower.
 *
 * All but media (RFC 7983) goes on to whoever listened to the socket before.
 */
export function readArrivals(socket: Socket, handle: HandleArrival): void {
  const addon = loadAddon();
  if (addon) readFromKernel(addon, socket, handle);
  else socket.prependListener('message', (packet) => isMedia(packet) && handle(packet, monotonicMs()));
}

function readFromKernel(addon: ArrivalsAddon, socket: Socket, handle: HandleArrival): void {
  const descriptor = socketDescriptor(socket);
  if (descriptor === undefined) throw new Error('the socket of a receiver has no descriptor');
  addon.noteTimes(descriptor);
  stopNodesReading(socket);
  const timer = setInterval(() => {
    if (socketDescriptor(socket) !== descriptor) clearInterval(timer);
    else readAll(addon, descriptor, socket, handle);
  }, READ_EVERY_MS);
}

function readAll(addon: ArrivalsAddon, descriptor: number, socket: Socket, handle: HandleArrival): void {
  for (let one = addon.read(descriptor); one; one = addon.read(descriptor)) {
    const { packet, atMs, address, port } = one;
    if (isMedia(packet)) handle(packet, atMs);
    else
      socket.emit('message', packet, {
        address,
        port,
        family: 'IPv4',
        size: packet.length,
      } satisfies RemoteInfo);
  }
}

/** Two readers of one socket would each get some of what comes. */
function stopNodesReading(socket: Socket): void {
  (socketHandle(socket) as { recvStop(): void }).recvStop();
}

function isMedia([first = 0]: Buffer): boolean {
  return first >= RTP_OR_RTCP.from && first <= RTP_OR_RTCP.to;
}

function loadAddon(): ArrivalsAddon | undefined {
  try {
    return createRequire(import.meta.url)(
      `./arrivals.${process.platform}-${process.arch}.node`,
    ) as ArrivalsAddon;
  } catch {
    return undefined;
  }
}
