import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { deviceIdSchema } from '../../../contract/topics.ts';
import type { SignedTexts } from './signed-texts.ts';

const MAX_REVOKED = 10_000;
/** Long enough for whoever logs in once a season. */
const KNOWN_BROWSER_MS = 365 * 24 * 3_600_000;

const sessionSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Of the password's hash, so that a new password ends the sessions of the old one. */
  proof: z.string(),
  expiresAtMs: z.number(),
});
const shareSchema = z.object({ device: deviceIdSchema, expiresAtMs: z.number() });
const knownBrowserSchema = z.object({ id: z.string(), name: z.string(), expiresAtMs: z.number() });

export type Session = z.output<typeof sessionSchema>;
export type Share = z.output<typeof shareSchema>;
export type KnownBrowser = z.output<typeof knownBrowserSchema>;

export interface TicketsOptions {
  readonly texts: SignedTexts;
  readonly sessionMs: number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

/** What the server hands out to be shown again. It keeps none of them, so that several servers may share a secret. */
export class Tickets {
  readonly #options: TicketsOptions;
  readonly #revoked = new Map<string, number>();

  constructor(options: TicketsOptions) {
    this.#options = options;
  }

  issueSession(name: string, credential: string): { readonly ticket: string; readonly expiresAtMs: number } {
    const expiresAtMs = this.#options.wallClock() + this.#options.sessionMs;
    const session: Session = { id: randomId(), name, proof: proofOf(credential), expiresAtMs };
    return { ticket: this.#write('session', session), expiresAtMs };
  }

  /** @param credentialOf the password's hash that a user has now, or the token; undefined when there is none any more. */
  readSession(ticket: string, credentialOf: (name: string) => string | undefined): Session | undefined {
    const session = this.#read('session', ticket, sessionSchema);
    const credential = session && credentialOf(session.name);
    if (!session || this.#revoked.has(session.id) || credential === undefined) return undefined;
    return session.proof === proofOf(credential) ? session : undefined;
  }

  /** Only this server knows of it; others that share the secret go on accepting the session. */
  revoke({ id, expiresAtMs }: Session): void {
    const nowMs = this.#options.wallClock();
    for (const [known, endsAtMs] of this.#revoked) if (endsAtMs <= nowMs) this.#revoked.delete(known);
    const [oldest] = this.#revoked.keys();
    if (oldest !== undefined && this.#revoked.size >= MAX_REVOKED) this.#revoked.delete(oldest);
    this.#revoked.set(id, expiresAtMs);
  }

  issueShare(device: string, forMs: number): { readonly ticket: string; readonly expiresAtMs: number } {
    const expiresAtMs = this.#options.wallClock() + forMs;
    return { ticket: this.#write('share', { device, expiresAtMs } satisfies Share), expiresAtMs };
  }

  readShare(ticket: string): Share | undefined {
    return this.#read('share', ticket, shareSchema);
  }

  /** For a browser in which this user has logged in once. */
  issueKnownBrowser(name: string): { readonly ticket: string; readonly expiresAtMs: number } {
    const expiresAtMs = this.#options.wallClock() + KNOWN_BROWSER_MS;
    const known: KnownBrowser = { id: randomId(), name, expiresAtMs };
    return { ticket: this.#write('known-browser', known), expiresAtMs };
  }

  readKnownBrowser(ticket: string): KnownBrowser | undefined {
    return this.#read('known-browser', ticket, knownBrowserSchema);
  }

  #write(purpose: string, content: object): string {
    return this.#options.texts.sign(purpose, JSON.stringify(content));
  }

  #read<T extends { readonly expiresAtMs: number }>(
    purpose: string,
    ticket: string,
    schema: z.ZodType<T>,
  ): T | undefined {
    const text = this.#options.texts.read(purpose, ticket);
    if (text === undefined) return undefined;
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success && parsed.data.expiresAtMs > this.#options.wallClock() ? parsed.data : undefined;
  }
}

function randomId(): string {
  return randomBytes(12).toString('base64url');
}

function proofOf(credential: string): string {
  return createHash('sha256').update(`picam-web-proof|${credential}`).digest('base64url').slice(0, 16);
}
