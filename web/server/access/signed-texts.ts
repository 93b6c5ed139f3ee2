import { createHmac, timingSafeEqual } from 'node:crypto';

const SIGNATURE_BYTES = 32;

/** Texts that only whoever knows the secret can write. They are not hidden, only unchangeable. */
export class SignedTexts {
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  /** @param purpose a text for one purpose is worth nothing for another. */
  sign(purpose: string, text: string): string {
    return `${Buffer.from(text).toString('base64url')}.${this.#signature(purpose, text).toString('base64url')}`;
  }

  /** Undefined for what was not signed with this secret for this purpose. */
  read(purpose: string, signed: string): string | undefined {
    const [encoded = '', signature = ''] = signed.split('.');
    const text = Buffer.from(encoded, 'base64url').toString();
    const given = Buffer.from(signature, 'base64url');
    if (given.length !== SIGNATURE_BYTES) return undefined;
    return timingSafeEqual(given, this.#signature(purpose, text)) ? text : undefined;
  }

  #signature(purpose: string, text: string): Buffer {
    return createHmac('sha256', this.#secret).update(`picam-web|${purpose}|${text}`).digest();
  }
}
