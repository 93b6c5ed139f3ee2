import { randomInt } from 'node:crypto';

/** HAP's setup payload, low bits first: setup code, flags, category, four reserved bits, version. */
const CODE_BITS = 27n;
const FLAG_BITS = 4n;
const CATEGORY_BITS = 8n;
const REACHED_BY_IP = 0b10n;
const PAYLOAD_CHARACTERS = 9;
const SCHEME = 'X-HM://';

export interface SetupPayload {
  /** As printed on a label: `031-45-154`. */
  readonly pin: string;
  /** HAP's accessory category: 2 is a bridge, 17 an IP camera. */
  readonly category: number;
  /** Four characters that tell this accessory from its neighbours. */
  readonly setupId: string;
}

/** What the QR code says: HAP specification R2, §4.4.2.1. */
export function setupUri({ pin, category, setupId }: SetupPayload): string {
  const code = BigInt(pin.replaceAll('-', ''));
  const payload = (BigInt(category) << (CODE_BITS + FLAG_BITS)) | (REACHED_BY_IP << CODE_BITS) | code;
  return `${SCHEME}${payload.toString(36).toUpperCase().padStart(PAYLOAD_CHARACTERS, '0')}${setupId}`;
}

/** The way back. */
export function readSetupUri(uri: string): SetupPayload {
  const text = uri.slice(SCHEME.length);
  const payload = readBase36(text.slice(0, PAYLOAD_CHARACTERS));
  const code = String(BigInt.asUintN(Number(CODE_BITS), payload)).padStart(8, '0');
  const category = Number(BigInt.asUintN(Number(CATEGORY_BITS), payload >> (CODE_BITS + FLAG_BITS)));
  return { pin: withDashes(code), category, setupId: text.slice(PAYLOAD_CHARACTERS) };
}

/** A setup code nobody would guess first; HAP forbids those of one repeated digit and two more, and so do we. */
export function randomPin(): string {
  const code = String(randomInt(100_000_000)).padStart(8, '0');
  const forbidden = /^(\d)\1{7}$/.test(code) || code === '12345678' || code === '87654321';
  return forbidden ? randomPin() : withDashes(code);
}

/** Exact: a payload has 46 bits, a number 53. */
function readBase36(digits: string): bigint {
  return BigInt(parseInt(digits, 36));
}

function withDashes(code: string): string {
  return `${code.slice(0, 3)}-${code.slice(3, 5)}-${code.slice(5)}`;
}
