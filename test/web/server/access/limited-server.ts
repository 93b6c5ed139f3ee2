import { scryptSync } from 'node:crypto';
import type { AccessSettings } from '../../../../web/server/access/access-settings.ts';
import type { TestResources } from '../../../support/resources.ts';
import { type ServedPageOptions, servePage } from '../served-page.ts';

export const TOKEN = 'a-token-of-the-tests-0123456789';
export const PASSWORD = 'the password of Anna';

const passwordHash = quickHash(PASSWORD);

export const SETTINGS: AccessSettings = {
  users: [{ name: 'anna', passwordHash }],
  tokens: [{ name: 'tests', token: TOKEN }],
  sessionHours: 1,
};

/** A web server with one user and one token, and clocks that stand still until they are moved. */
export async function serveLimited(resources: TestResources, options: ServedPageOptions = {}) {
  const time = { nowMs: 1_000_000, wallMs: Date.now() };
  const served = await servePage(resources, {
    cameras: ['front', 'back'],
    access: SETTINGS,
    now: () => time.nowMs,
    wallClock: () => time.wallMs,
    token: TOKEN,
    ...options,
  });
  return { ...served, pass: (ms: number) => moved(time, ms) };
}

function moved(time: { nowMs: number; wallMs: number }, ms: number): void {
  time.nowMs += ms;
  time.wallMs += ms;
}

export const bearer = (token = TOKEN) => ({ authorization: `Bearer ${token}` });

export function logIn(
  at: (path: string) => string,
  { name = 'anna', password = PASSWORD, ...headers }: Record<string, string> = {},
): Promise<Response> {
  const body = new URLSearchParams({ name, password });
  return fetch(at('/login'), { method: 'POST', body, headers, redirect: 'manual' });
}

/** The cookies an answer sets, as a browser would send them back. */
export function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

/** As weak as is allowed: a thousand guesses must not take a test's time. */
function quickHash(password: string): string {
  const salt = Buffer.from('salt of the tests');
  const hash = scryptSync(password, salt, 32, { cost: 2 ** 10, blockSize: 8, parallelization: 1 });
  const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  return `$scrypt$ln=10,r=8,p=1$${text(salt)}$${text(hash)}`;
}
