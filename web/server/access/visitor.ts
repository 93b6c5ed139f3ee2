import { BlockList, isIP, isIPv6 } from 'node:net';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, MiddlewareHandler } from 'hono';
import { isBasePath } from './address-rules.ts';

/** Where a request came from, and by which address its sender reached the server. */
export interface Visitor {
  readonly address: string;
  /** Whether the visitor's own connection is encrypted. */
  readonly isSecure: boolean;
  /** As the visitor wrote it, with the port. */
  readonly host: string | undefined;
  /** The path below which the visitor sees the server: empty, or such as `/cameras`. */
  readonly basePath: string;
}

declare module 'hono' {
  interface ContextVariableMap {
    visitor: Visitor;
  }
}

export interface VisitorOptions {
  /** Addresses and networks (`10.0.0.0/8`) of reverse proxies; what any other sender tells of somebody else is ignored. */
  readonly trustedProxies: readonly string[];
  /** Where a proxy passes paths on as they are, or does not tell which it takes away. */
  readonly basePath: string;
}

/** Tells the routes who asks. */
export function recogniseVisitor({ trustedProxies, basePath }: VisitorOptions): MiddlewareHandler {
  const trusted = trustedAddresses(trustedProxies);
  const isTrusted = (address: string) =>
    isIP(address) !== 0 && trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  return async (context, next) => {
    const address = plainAddress(getConnInfo(context).remote.address ?? '');
    const direct = { address, isSecure: false, host: context.req.header('host'), basePath };
    context.set('visitor', isTrusted(address) ? forwarded(context, direct, isTrusted) : direct);
    return next();
  };
}

function forwarded(context: Context, direct: Visitor, isTrusted: (address: string) => boolean): Visitor {
  const { req } = context;
  const prefix = req.header('x-forwarded-prefix')?.replace(/\/+$/, '') ?? '';
  return {
    address: clientBehind(req.header('x-forwarded-for'), isTrusted) ?? direct.address,
    isSecure: lastOf(req.header('x-forwarded-proto')) === 'https',
    host: lastOf(req.header('x-forwarded-host')) ?? direct.host,
    basePath: prefix !== '' && isBasePath(prefix) ? prefix : direct.basePath,
  };
}

/** Each proxy appends who it was asked by: the last that is not itself a proxy is the client; before it stands what the client claims. */
function clientBehind(
  header: string | undefined,
  isTrusted: (address: string) => boolean,
): string | undefined {
  const hops = (header ?? '').split(',').map((hop) => plainAddress(hop.trim()));
  const client = hops.findLast((hop) => !isTrusted(hop));
  return client !== undefined && isIP(client) !== 0 ? client : undefined;
}

function lastOf(header: string | undefined): string | undefined {
  const last = header?.split(',').at(-1)?.trim();
  return last === '' ? undefined : last;
}

/** IPv4 that came in by an IPv6 socket is written as IPv4. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

function trustedAddresses(proxies: readonly string[]): BlockList {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}
