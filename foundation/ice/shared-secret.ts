import { createHmac } from 'node:crypto';
import type { TurnSettings } from './turn-settings.ts';
import type { IceServerSet } from './ice-server-source.ts';

const USER = 'picam';

/**
 * Credentials for a TURN server that knows the same secret: the user name tells until when, and the password is its
 * HMAC-SHA1 (draft-uberti-behave-turn-rest-00, as coturn's `use-auth-secret` has it).
 *
 * @param nowMs milliseconds since 1970, which the server has to agree about.
 */
export function credentialsOfSecret(
  { urls, secret, ttlS }: Extract<TurnSettings, { provider: 'shared-secret' }>,
  nowMs: number,
): IceServerSet {
  const username = `${Math.floor(nowMs / 1_000) + ttlS}:${USER}`;
  const credential = createHmac('sha1', secret).update(username).digest('base64');
  return { iceServers: [{ urls: [...urls], username, credential }], expiresInS: ttlS };
}
