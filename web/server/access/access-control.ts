import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import { HttpError } from '../http-error.ts';
import { type AccessSettings, isAccessLimited } from './access-settings.ts';
import type { LoginAttempts } from './login-attempts.ts';
import { isPasswordOf } from './password-hash.ts';
import { mayDo, type Rights } from './rights.ts';
import type { Session, Tickets } from './tickets.ts';

export const SESSION_COOKIE = 'picam_session';
export const SHARE_COOKIE = 'picam_share';

/** A hash that no password has, so that a name nobody has takes as long as one that somebody has. */
const NOBODYS_HASH = `$scrypt$ln=15,r=8,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

interface Credential {
  readonly name: string;
  /** The password's hash, or the token. */
  readonly value: string;
}

export interface AccessControlOptions {
  readonly settings: AccessSettings;
  readonly tickets: Tickets;
  readonly attempts: LoginAttempts;
}

/** Decides who a request is from and what it may do. */
export class AccessControl {
  readonly #options: AccessControlOptions;
  readonly #tokens: readonly Credential[];
  readonly #credentials: ReadonlyMap<string, string>;
  #lastCheck: Promise<unknown> = Promise.resolve();
  readonly isLimited: boolean;

  constructor(options: AccessControlOptions) {
    const { settings } = options;
    this.#options = options;
    this.#tokens = tokensOf(settings);
    this.#credentials = new Map([
      ...this.#tokens.map(({ name, value }): [string, string] => [`token ${name}`, value]),
      ...settings.users.map(({ name, passwordHash }): [string, string] => [`user ${name}`, passwordHash]),
    ]);
    this.isLimited = isAccessLimited(settings);
  }

  /** Refuses what the request may not do, and tells the routes what it may. */
  guard(): MiddlewareHandler {
    return async (context, next) => {
      const rights = this.rightsOf(context);
      context.set('rights', rights);
      const { method, path } = context.req;
      if (mayDo(rights, method, path)) return next();
      if (rights.kind === 'camera')
        throw new HttpError(403, 'forbidden', 'This link lets you watch one camera and do nothing else.');
      if (isForPeople(context)) return context.redirect('login', 303);
      throw new HttpError(401, 'unauthorized', 'Log in, or send a token as "Authorization: Bearer …".', {
        headers: { 'www-authenticate': 'Bearer realm="picam"' },
      });
    };
  }

  /** @throws CameraError `rate_limited` for one wrong token after the other. */
  rightsOf(context: Context): Rights {
    if (!this.isLimited) return { kind: 'everything', name: undefined };
    const bearer = /^Bearer +(\S+) *$/i.exec(context.req.header('authorization') ?? '')?.[1];
    if (bearer !== undefined) return this.#rightsOfBearer(bearer, context.get('visitor').address);
    const session = this.sessionOf(context);
    if (session) return { kind: 'everything', name: session.name.replace(/^\w+ /, '') };
    return this.#rightsOfShare(getCookie(context, SHARE_COOKIE) ?? '');
  }

  sessionOf(context: Context): Session | undefined {
    const ticket = getCookie(context, SESSION_COOKIE) ?? '';
    return this.#options.tickets.readSession(ticket, (name) => this.#credentials.get(name));
  }

  /** Whom the attempt is counted against; undefined for a name that nobody has. */
  accountOf(name: string): string | undefined {
    if (name === '') return 'tokens';
    return this.#credentials.has(`user ${name}`) ? `user ${name}` : undefined;
  }

  /** The credential that is right, with the name it is kept under. An empty name stands for a token. */
  async check(name: string, password: string): Promise<Credential | undefined> {
    if (name === '') {
      const token = this.#findToken(password);
      return token && { name: `token ${token.name}`, value: token.value };
    }
    const key = `user ${name}`;
    const hash = this.#credentials.get(key);
    const isRight = await this.#inTurn(() => isPasswordOf(hash ?? NOBODYS_HASH, password));
    return isRight && hash !== undefined ? { name: key, value: hash } : undefined;
  }

  /** One password at a time, because each takes its share of the memory. */
  #inTurn<T>(check: () => Promise<T>): Promise<T> {
    const checked = this.#lastCheck.then(check);
    this.#lastCheck = checked.catch(() => undefined);
    return checked;
  }

  #rightsOfBearer(bearer: string, client: string): Rights {
    const token = this.#findToken(bearer);
    if (token) return { kind: 'everything', name: token.name };
    const rights = this.#rightsOfShare(bearer);
    if (rights.kind === 'none') this.#options.attempts.spendOnToken(client);
    return rights;
  }

  #rightsOfShare(ticket: string): Rights {
    const share = this.#options.tickets.readShare(ticket);
    return share ? { kind: 'camera', ...share } : { kind: 'none' };
  }

  #findToken(given: string): Credential | undefined {
    return this.#tokens.filter(({ value }) => isSame(value, given))[0];
  }
}

function tokensOf({ token, tokens }: AccessSettings): Credential[] {
  const named = tokens.map(({ name, token: value }) => ({ name, value }));
  return token === undefined ? named : [...named, { name: '', value: token }];
}

/** In a time that tells nothing of how much of it is right. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

/** Whoever opens the page in a browser is asked to log in; programs are told what is missing. */
function isForPeople({ req }: Context): boolean {
  const isPage = req.path === '/' || req.path === '/index.html';
  return isPage && req.method === 'GET' && (req.header('accept') ?? '').includes('text/html');
}
