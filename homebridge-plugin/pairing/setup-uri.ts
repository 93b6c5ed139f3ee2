/** HAP's setup payload, low bits first: setup code, flags, category, four reserved bits, version. */
const CODE_BITS = 27n;
const FLAG_BITS = 4n;
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
