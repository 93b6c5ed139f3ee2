import { z } from 'zod';
import { iceServerSchema } from '../../contract/operations.ts';
import type { IceServerSet } from './ice-server-source.ts';
import type { TurnSettings } from './turn-settings.ts';

export type TurnService = Exclude<TurnSettings, { provider: 'shared-secret' }>;
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A service gave no credentials. The message holds nothing secret. */
export class TurnServiceError extends Error {
  override readonly name = 'TurnServiceError';
}

interface Question {
  readonly url: string;
  readonly init: RequestInit;
  /** Of the credentials, where the answer tells none. */
  readonly ttlS: number;
}

const TIMEOUT_MS = 5_000;
const MOST_ANSWER_BYTES = 64 * 1024;
/** Metered does not tell how long its credentials hold, and they hold long. */
const METERED_TTL_S = 3_600;

/** Services differ in the name of the list, in one server for a list, and in what else they tell. */
const listSchema = z.union([z.array(iceServerSchema), iceServerSchema.transform((one) => [one])]);
const answerSchema = z.union([
  listSchema.transform((iceServers) => ({ iceServers })),
  z.object({ iceServers: listSchema, expiresIn: z.number().positive().optional() }),
  z
    .object({ ice_servers: listSchema, ttl: z.coerce.number().positive().optional() })
    .transform(({ ice_servers: iceServers, ttl }) => ({ iceServers, expiresIn: ttl })),
]);

/**
 * Asks a service for credentials.
 *
 * @throws TurnServiceError when it cannot be reached, refuses, or answers something else.
 */
export async function askTurnService(service: TurnService, fetch: Fetch): Promise<IceServerSet> {
  const { url, init, ttlS } = questionOf(service);
  const text = await answerOf(service.provider, () =>
    fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) }),
  );
  const answer = answerSchema.safeParse(parseJson(text));
  if (!answer.success) throw new TurnServiceError(`${service.provider} answered, but not with ICE servers`);
  const expiresIn = 'expiresIn' in answer.data ? answer.data.expiresIn : undefined;
  return { iceServers: answer.data.iceServers, expiresInS: expiresIn ?? ttlS };
}

function questionOf(service: TurnService): Question {
  switch (service.provider) {
    case 'metered': {
      const { app, apiKey } = service;
      const query = new URLSearchParams({ apiKey }).toString();
      return {
        url: `https://${app}.metered.live/api/v1/turn/credentials?${query}`,
        init: {},
        ttlS: METERED_TTL_S,
      };
    }
    case 'cloudflare': {
      const { keyId, apiToken, ttlS } = service;
      return {
        url: `https://rtc.live.cloudflare.com/v1/turn/keys/${keyId}/credentials/generate-ice-servers`,
        init: post(JSON.stringify({ ttl: ttlS }), 'application/json', `Bearer ${apiToken}`),
        ttlS,
      };
    }
    case 'twilio': {
      const { accountSid, authToken, ttlS } = service;
      const login = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
      return {
        url: `https://api.twilio.com/2010-04-01/Accounts/${accountSid}/Tokens.json`,
        init: post(`Ttl=${ttlS}`, 'application/x-www-form-urlencoded', `Basic ${login}`),
        ttlS,
      };
    }
    case 'url': {
      const { url, authorization, ttlS } = service;
      return { url, init: { headers: authorization === undefined ? {} : { authorization } }, ttlS };
    }
  }
}

function post(body: string, type: string, authorization: string): RequestInit {
  return { method: 'POST', body, headers: { 'content-type': type, authorization } };
}

/** What fetch throws may hold the address, and with it a key. */
async function answerOf(provider: string, ask: () => Promise<Response>): Promise<string> {
  const response = await ask().catch((error: unknown) => {
    const isSlow = error instanceof Error && error.name === 'TimeoutError';
    throw new TurnServiceError(
      isSlow
        ? `${provider} did not answer within ${TIMEOUT_MS / 1_000} s`
        : `${provider} cannot be reached: is this machine on the internet?`,
    );
  });
  if (!response.ok)
    throw new TurnServiceError(
      `${provider} refused with HTTP ${response.status}: ${remedyOf(response.status)}`,
    );
  const text = await response.text().catch(() => '');
  if (text.length > MOST_ANSWER_BYTES) throw new TurnServiceError(`${provider} answered far too much`);
  return text;
}

function remedyOf(status: number): string {
  if (status === 401 || status === 403) return 'check the key under ice.turn';
  if (status === 404) return 'check the names under ice.turn';
  return 'it will be asked again';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
