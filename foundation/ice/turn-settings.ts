import { z } from 'zod';

const DAY_S = 86_400;
const LONGEST_TEXT = 1_024;

const urls = z
  .array(z.string().regex(/^turns?:[^\s]+$/u, 'must be such as turn:turn.example.org:3478'))
  .min(1)
  .max(8);
const secret = z.string().min(1).max(LONGEST_TEXT);
const word = z
  .string()
  .regex(/^[\w.-]+$/u, 'may hold letters, digits, "." , "_" and "-"')
  .max(128);
/** How long credentials hold that are made here, or asked for. */
const ttlS = z.number().int().min(60).max(DAY_S).default(3_600);

/** Where credentials of a TURN server come from when they are needed. */
export const turnSettingsSchema = z.discriminatedUnion('provider', [
  /** coturn's `use-auth-secret`: made here, from a secret that the server knows too. */
  z.strictObject({ provider: z.literal('shared-secret'), urls, secret, ttlS }),
  /** `app` is the first part of the address, as in app.metered.live. */
  z.strictObject({ provider: z.literal('metered'), app: word, apiKey: secret }),
  z.strictObject({ provider: z.literal('cloudflare'), keyId: word, apiToken: secret, ttlS }),
  z.strictObject({ provider: z.literal('twilio'), accountSid: word, authToken: secret, ttlS }),
  /** Answers GET with `iceServers`, or with the list alone. */
  z.strictObject({
    provider: z.literal('url'),
    url: z.url({ protocol: /^https?$/u }),
    authorization: secret.optional(),
    ttlS,
  }),
]);
export type TurnSettings = z.output<typeof turnSettingsSchema>;
