import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { isLoopback } from './loopback.ts';

/**
 * Against DNS rebinding: a web site whose name was made to point at this machine still sends its own name in Host.
 * Addresses cannot be rebound, nor can names that no public DNS knows: single words, `.local` and this machine's own.
 *
 * @returns whether a server that listens on `boundTo` serves a request with this Host header.
 */
export function servedHosts(
  boundTo: string,
  hostNames: readonly string[] = [],
): (hostHeader: string | undefined) => boolean {
  const configured = new Set([...hostNames, hostname()].map((name) => name.toLowerCase()));
  const isServed = isLoopback(boundTo) ? isLoopback : isOfThisNetwork;
  return (hostHeader) => {
    const name = hostNameOf(hostHeader);
    return configured.has(name) || isServed(name);
  };
}

function isOfThisNetwork(name: string): boolean {
  return isIP(name) !== 0 || /^[a-z0-9_-]+$/.test(name) || name.endsWith('.local');
}

/** The name part of a Host header in lower case, without the port, an address's brackets and the root's dot. */
function hostNameOf(host: string | undefined): string {
  return (host ?? '')
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}
