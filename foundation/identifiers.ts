import { randomBytes } from 'node:crypto';

const CAPABILITY_BYTES = 16;
const SHORT_BYTES = 9;

/** 128 random bits in base64url: safe as a capability, in a topic and in a URL. */
export function randomCapability(): string {
  return randomBytes(CAPABILITY_BYTES).toString('base64url');
}

/** 72 random bits in base64url, for what must only be unique: peers, requests, boots. */
export function randomIdentifier(): string {
  return randomBytes(SHORT_BYTES).toString('base64url');
}
