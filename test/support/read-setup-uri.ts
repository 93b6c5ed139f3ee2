import type { SetupPayload } from '../../homebridge-plugin/pairing/setup-uri.ts';

const CODE_BITS = 27n;
const FLAG_BITS = 4n;
const CATEGORY_BITS = 8n;
const PAYLOAD_CHARACTERS = 9;
const SCHEME = 'X-HM://';

/** What a setup URI says, for whoever has none of Apple's software. */
export function readSetupUri(uri: string): SetupPayload {
  const text = uri.slice(SCHEME.length);
  const payload = readBase36(text.slice(0, PAYLOAD_CHARACTERS));
  const code = String(BigInt.asUintN(Number(CODE_BITS), payload)).padStart(8, '0');
  const category = Number(BigInt.asUintN(Number(CATEGORY_BITS), payload >> (CODE_BITS + FLAG_BITS)));
  return {
    pin: `${code.slice(0, 3)}-${code.slice(3, 5)}-${code.slice(5)}`,
    category,
    setupId: text.slice(PAYLOAD_CHARACTERS),
  };
}

/** Exact: a payload has 46 bits, a number 53. */
function readBase36(digits: string): bigint {
  return BigInt(parseInt(digits, 36));
}
