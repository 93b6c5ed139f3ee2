import { z } from 'zod';
import { isPasswordHash } from './password-hash.ts';

const SHORTEST_TOKEN = 24;
const name = z.string().min(1).max(64);

const token = z
  .string()
  .min(
    SHORTEST_TOKEN,
    `must have ${SHORTEST_TOKEN} characters or more, such as those of "openssl rand -hex 16"`,
  )
  .max(256)
  .regex(/^[A-Za-z0-9._~+/=-]+$/u, 'may hold only letters, digits and . _ ~ + / = -');

/** Who may use the web server, and for how long. */
export const accessSettingsSchema = z.strictObject({
  users: z
    .array(
      z.strictObject({
        name,
        passwordHash: z.string().refine(isPasswordHash, 'must be what "picam web hash-password" prints'),
      }),
    )
    .max(100)
    .refine(haveNamesOfTheirOwn, 'must each have a name of their own')
    .default([]),
  /** One token for programs, where one is enough. */
  token: token.optional(),
  tokens: z
    .array(z.strictObject({ name, token }))
    .max(100)
    .refine(haveNamesOfTheirOwn, 'must each have a name of their own')
    .default([]),
  /** Signs log-ins and share links. Default: another one at each start, which ends them all. */
  secret: z.string().min(24, 'must have 24 characters or more').max(256).optional(),
  sessionHours: z.number().min(0.1).max(8_760).default(720),
});

export type AccessSettings = z.output<typeof accessSettingsSchema>;

/** False when everybody who reaches the server may do everything. */
export function isAccessLimited({ users, token: one, tokens }: AccessSettings): boolean {
  return users.length > 0 || tokens.length > 0 || one !== undefined;
}

function haveNamesOfTheirOwn(list: readonly { readonly name: string }[]): boolean {
  return new Set(list.map((entry) => entry.name)).size === list.length;
}
