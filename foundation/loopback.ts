import { isIPv4 } from 'node:net';

/** True when only programs on this machine reach a server on `host`; IPv6 with or without brackets. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  return ['localhost', '::1', '[::1]'].includes(name) || (isIPv4(name) && name.startsWith('127.'));
}

/** Where a client on this machine finds a server on `host`. */
export function hostInUrl(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
