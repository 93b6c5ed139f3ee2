import { isIP } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import { isLoopback } from '../../foundation/loopback.ts';
import { HttpError } from './http-error.ts';

const PRIVATE_ADDRESS = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|\[f[cd]|\[fe80:)/;

/**
 * Players are often pages of another server, so WHEP, and HLS where it stands in, answer them across origins: those on this machine or in this
 * network, and the configured ones. Any page on the Internet could otherwise watch the camera through the browser of
 * whoever opens it. `*` in the configuration allows them all.
 */
export function whepCors(allowedOrigins: readonly string[]): MiddlewareHandler {
  return async (context, next) => {
    const origin = context.req.header('origin');
    if (origin === undefined) return next();
    if (!isAllowed(origin, context.get('visitor').host, allowedOrigins)) {
      throw new HttpError(
        403,
        'forbidden',
        `Pages of ${origin} may not watch here; add the origin to web.allowedOrigins.`,
      );
    }
    await next();
    const { headers } = context.res;
    headers.set('access-control-allow-origin', origin);
    headers.append('vary', 'Origin');
    headers.set('access-control-allow-methods', 'GET, POST, PATCH, DELETE, OPTIONS');
    headers.set('access-control-allow-headers', 'Content-Type, Authorization, If-Match');
    headers.set('access-control-expose-headers', 'Location, ETag, Link, Retry-After, Accept-Post');
    headers.set('access-control-max-age', '600');
    headers.set('cross-origin-resource-policy', 'cross-origin');
    return undefined;
  };
}

function isAllowed(origin: string, ownHost: string | undefined, allowed: readonly string[]): boolean {
  if (allowed.includes('*') || allowed.includes(origin)) return true;
  if (!URL.canParse(origin)) return false;
  const { host, hostname } = new URL(origin);
  return host === ownHost?.toLowerCase() || isOfThisNetwork(hostname);
}

function isOfThisNetwork(hostname: string): boolean {
  if (isLoopback(hostname) || hostname.endsWith('.local') || hostname.endsWith('.localhost')) return true;
  const isAddress = isIP(hostname) === 4 || hostname.startsWith('[');
  return isAddress && PRIVATE_ADDRESS.test(hostname);
}
