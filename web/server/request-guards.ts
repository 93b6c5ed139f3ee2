import type { MiddlewareHandler } from 'hono';
import { servedHosts } from '../../foundation/served-hosts.ts';
import { HttpError } from './http-error.ts';

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "media-src 'self' blob: mediastream:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');

/** Against DNS rebinding. */
export function hostGuard(boundTo: string, hostNames: readonly string[]): MiddlewareHandler {
  const isServed = servedHosts(boundTo, hostNames);
  return async ({ req }, next) => {
    if (isServed(req.header('host'))) return next();
    throw new HttpError(
      403,
      'forbidden',
      'This host name is not served; open the page by the address of its machine or add the name to web.hostNames.',
    );
  };
}

/** Against forged requests: another site's page may read nothing here (no CORS) and change nothing either. */
export function sameOriginGuard(): MiddlewareHandler {
  return async (context, next) => {
    const { req } = context;
    const origin = req.header('origin');
    const isOwn = origin === undefined || originHost(origin) === context.get('visitor').host?.toLowerCase();
    if (SAFE_METHODS.includes(req.method) || isOwn) return next();
    throw new HttpError(403, 'forbidden', `Pages of ${origin} may not control cameras here.`);
  };
}

/**
 * Against links and pictures of other sites that change something by a plain GET, as some routes do for programs that can
 * do no more. Only browsers send the header.
 */
export function sameSiteGuard(): MiddlewareHandler {
  return async ({ req }, next) => {
    if (req.header('sec-fetch-site') !== 'cross-site') return next();
    throw new HttpError(403, 'forbidden', 'Pages of other sites may not control cameras here.');
  };
}

export function securityHeaders(): MiddlewareHandler {
  return async (context, next) => {
    await next();
    const { headers } = context.res;
    if (!headers.has('content-security-policy')) headers.set('content-security-policy', PAGE_POLICY);
    headers.set('x-content-type-options', 'nosniff');
    if (!headers.has('referrer-policy')) headers.set('referrer-policy', 'no-referrer');
    headers.set('cross-origin-opener-policy', 'same-origin');
    headers.set('permissions-policy', 'camera=(), microphone=(self), geolocation=()');
    if (!headers.has('cross-origin-resource-policy'))
      headers.set('cross-origin-resource-policy', 'same-origin');
  };
}

/** @throws HttpError 415 naming what is wanted. */
export function requireContentType(header: string | undefined, wanted: string): void {
  const type = header?.split(';')[0]?.trim().toLowerCase();
  if (type === wanted) return;
  throw new HttpError(
    415,
    'bad_request',
    `Content-Type must be ${wanted}, but is ${type ? `"${type}"` : 'missing'}.`,
    { headers: { 'accept-post': wanted } },
  );
}

function originHost(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
