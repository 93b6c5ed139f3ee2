import { randomBytes } from 'node:crypto';
import type { Hono, MiddlewareHandler } from 'hono';
import type { Logger } from '../../../foundation/logger.ts';
import { AccessControl } from './access-control.ts';
import { accessRoutes } from './access-routes.ts';
import type { AccessSettings } from './access-settings.ts';
import { LoginAttempts } from './login-attempts.ts';
import { loginRoutes } from './login-routes.ts';
import { SignedTexts } from './signed-texts.ts';
import { Tickets } from './tickets.ts';

const MS_PER_HOUR = 3_600_000;
const SECRET_BYTES = 32;

export interface AccessOptions {
  readonly settings: AccessSettings;
  readonly logger: Logger;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

export interface Access {
  /** False when everybody who reaches the server may do everything. */
  readonly isLimited: boolean;
  readonly guard: MiddlewareHandler;
  /** Logging in and out, for the root of the server. */
  readonly loginRoutes: Hono;
  /** For below `/api`. */
  readonly apiRoutes: Hono;
}

export function createAccess({ settings, logger, now, wallClock }: AccessOptions): Access {
  const tickets = new Tickets({
    texts: new SignedTexts(settings.secret ?? randomBytes(SECRET_BYTES).toString('base64url')),
    sessionMs: settings.sessionHours * MS_PER_HOUR,
    wallClock,
  });
  const attempts = new LoginAttempts(now);
  const access = new AccessControl({ settings, tickets, attempts });
  const hasUsers = settings.users.length > 0;
  return {
    isLimited: access.isLimited,
    guard: access.guard(),
    loginRoutes: loginRoutes({ access, attempts, tickets, hasUsers, logger }),
    apiRoutes: accessRoutes({ access, tickets }),
  };
}
