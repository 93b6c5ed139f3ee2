import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { CameraError } from '../../../contract/errors.ts';
import type { Logger } from '../../../foundation/logger.ts';
import { asHttpError } from '../http-error.ts';
import { readBodyText } from '../request-body.ts';
import { requireContentType } from '../request-guards.ts';
import { type AccessControl, SESSION_COOKIE, SHARE_COOKIE } from './access-control.ts';
import type { LoginAttempts } from './login-attempts.ts';
import { loginPage } from './login-page.ts';
import type { Tickets } from './tickets.ts';

const KNOWN_BROWSER_COOKIE = 'picam_known_browser';
const FORM_TYPE = 'application/x-www-form-urlencoded';
const LOGIN_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

export interface LoginRoutesOptions {
  readonly access: AccessControl;
  readonly attempts: LoginAttempts;
  readonly tickets: Tickets;
  readonly hasUsers: boolean;
  readonly logger: Logger;
}

/** Logging in and out, and coming in by a share link. */
export function loginRoutes(options: LoginRoutesOptions): Hono {
  const { access, tickets, hasUsers, logger } = options;
  const routes = new Hono();

  routes.get('/login', (context) =>
    access.isLimited && context.get('rights').kind !== 'everything'
      ? showLogin(context, 200, { hasUsers })
      : context.redirect('./', 303),
  );

  routes.post('/login', async (context) => {
    requireContentType(context.req.header('content-type'), FORM_TYPE);
    const form = new URLSearchParams(await readBodyText(context));
    const name = form.get('name') ?? '';
    try {
      await logIn(context, options, name, form.get('password') ?? '');
    } catch (error) {
      const { status, message, headers } = asHttpError(error, logger);
      for (const [key, value] of Object.entries(headers)) context.header(key, value);
      return showLogin(context, status, { hasUsers, problem: message, name });
    }
    return context.redirect('./', 303);
  });

  routes.post('/logout', (context) => {
    const session = access.sessionOf(context);
    if (session) tickets.revoke(session);
    dropCookie(context, SESSION_COOKIE);
    dropCookie(context, SHARE_COOKIE);
    return context.redirect('login', 303);
  });

  routes.get('/share/:ticket', (context) => {
    const ticket = context.req.param('ticket');
    const share = tickets.readShare(ticket);
    if (!share)
      return showLogin(context, 410, { hasUsers, problem: 'This link has expired or is not valid.' }, '../');
    if (context.get('rights').kind !== 'everything')
      keepCookie(context, SHARE_COOKIE, ticket, share.expiresAtMs);
    context.header('cache-control', 'no-store');
    return context.redirect(`../#/camera/${share.device}`, 303);
  });

  return routes;
}

/** @throws CameraError `unauthorized`, `rate_limited` */
async function logIn(
  context: Context,
  { access, attempts, tickets, logger }: LoginRoutesOptions,
  name: string,
  password: string,
): Promise<void> {
  const account = access.accountOf(name);
  const client = context.get('visitor').address;
  const known = tickets.readKnownBrowser(getCookie(context, KNOWN_BROWSER_COOKIE) ?? '');
  attempts.spend({ client, account, knownBrowser: known?.name === account ? known?.id : undefined });
  const credential = await access.check(name, password);
  if (!credential) {
    logger.warn(`a log-in from ${client} was refused`);
    throw new CameraError('unauthorized', 'That is not right. Try again.');
  }
  const session = tickets.issueSession(credential.name, credential.value);
  keepCookie(context, SESSION_COOKIE, session.ticket, session.expiresAtMs);
  if (account === undefined) return;
  const browser = tickets.issueKnownBrowser(account);
  keepCookie(context, KNOWN_BROWSER_COOKIE, browser.ticket, browser.expiresAtMs);
}

function showLogin(
  context: Context,
  status: number,
  options: Parameters<typeof loginPage>[0],
  base = '',
): Response {
  context.header('content-security-policy', LOGIN_POLICY);
  // Without it browsers keep to themselves which page a form was sent from, and it could be any site's.
  context.header('referrer-policy', 'same-origin');
  context.header('cache-control', 'no-store');
  const page = loginPage(options).replaceAll(/(href|src|action)="(?=[a-z])/g, `$1="${base}`);
  context.status(status as Parameters<Context['status']>[0]);
  return context.html(page);
}

/** Lax, not strict: whoever comes by a link from elsewhere is logged in all the same. */
function keepCookie(context: Context, name: string, value: string, expiresAtMs: number): void {
  setCookie(context, name, value, { ...cookieOptions(context), expires: new Date(expiresAtMs) });
}

function dropCookie(context: Context, name: string): void {
  setCookie(context, name, '', { ...cookieOptions(context), maxAge: 0 });
}

function cookieOptions(context: Context) {
  const { basePath, isSecure } = context.get('visitor');
  return { path: `${basePath}/`, httpOnly: true, sameSite: 'Lax', secure: isSecure } as const;
}
