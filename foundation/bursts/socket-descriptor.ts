import type { Socket } from 'node:dgram';

/** Under which Node keeps the inside of a socket. */
let stateSymbol: symbol | undefined;

/**
 * The number the kernel knows a socket by; undefined once it is closed, or where Node keeps it elsewhere.
 *
 * Node offers no public way to it. It has to be asked for each time: the kernel soon gives the number of a closed socket
 * to something else.
 */
export function socketDescriptor(socket: Socket): number | undefined {
  const descriptor = property(socketHandle(socket), 'fd');
  return typeof descriptor === 'number' && descriptor >= 0 ? descriptor : undefined;
}

/** What Node itself reads and writes through. */
export function socketHandle(socket: Socket): unknown {
  stateSymbol ??= Object.getOwnPropertySymbols(socket).find(
    ({ description }) => description === 'state symbol',
  );
  return stateSymbol && property(property(socket, stateSymbol), 'handle');
}

function property(value: unknown, name: string | symbol): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
