import type { AccessUnit } from './access-unit.ts';
import { isVcl, nalTypeOf } from './h264-nal.ts';

/** The body of one RTP packet; viewers' headers and encryption are put around it. */
export interface RtpPayload {
  readonly payload: Buffer;
  /** True on the last packet of an access unit. */
  readonly marker: boolean;
}

const DEFAULT_MAX_PAYLOAD_BYTES = 1200;
const STAP_A = 24;
const FU_A = 28;
const FU_HEADERS_BYTES = 2;
const STAP_HEADER_BYTES = 1;
const STAP_LENGTH_BYTES = 2;
const SMALLEST_MAX_PAYLOAD_BYTES = 64;
const LARGEST_MAX_PAYLOAD_BYTES = 65_535;

/**
 * Cuts an access unit into RTP payloads for packetization-mode 1 (RFC 6184 §6.3).
 *
 * What leads the slices (SPS, PPS, SEI) shares one STAP-A as far as it fits, because Apple Home does not accept SPS
 * and PPS in packets of their own. Each slice is one packet, or several FU-A when it is too large. Payloads that are
 * a NAL unit as it is share its memory.
 *
 * @param maxPayloadBytes default 1200, which passes every usual path with room for SRTP and TURN; 64–65535.
 */
export function packetizeH264(unit: AccessUnit, maxPayloadBytes = DEFAULT_MAX_PAYLOAD_BYTES): RtpPayload[] {
  const maxBytes = Math.min(Math.max(maxPayloadBytes, SMALLEST_MAX_PAYLOAD_BYTES), LARGEST_MAX_PAYLOAD_BYTES);
  const nalUnits = unit.nalUnits.filter((nalUnit) => nalUnit.length > 0);
  const leading = nalUnits.slice(0, countLeading(nalUnits));
  const aggregated = leading.slice(0, countFitting(leading, maxBytes));
  const head = aggregated.length >= 2 ? [aggregateH264(aggregated)] : aggregated;
  const rest = nalUnits.slice(aggregated.length);
  const payloads = [...head, ...rest.flatMap((nalUnit) => fragment(nalUnit, maxBytes))];
  return payloads.map((payload, index) => ({ payload, marker: index === payloads.length - 1 }));
}

function countLeading(nalUnits: readonly Buffer[]): number {
  const firstSlice = nalUnits.findIndex((nalUnit) => isVcl(nalTypeOf(nalUnit)));
  return firstSlice === -1 ? nalUnits.length : firstSlice;
}

function countFitting(nalUnits: readonly Buffer[], maxBytes: number): number {
  let bytes = STAP_HEADER_BYTES;
  const firstTooMany = nalUnits.findIndex((nalUnit) => {
    bytes += STAP_LENGTH_BYTES + nalUnit.length;
    return bytes > maxBytes;
  });
  return firstTooMany === -1 ? nalUnits.length : firstTooMany;
}

/** STAP-A, RFC 6184 §5.7.1: its header carries the highest importance among its NAL units. */
export function aggregateH264(nalUnits: readonly Buffer[]): Buffer {
  const importance = Math.max(...nalUnits.map((nalUnit) => (nalUnit[0] ?? 0) & 0x60));
  const parts = nalUnits.flatMap((nalUnit) => [
    Buffer.of(nalUnit.length >> 8, nalUnit.length & 0xff),
    nalUnit,
  ]);
  return Buffer.concat([Buffer.of(importance | STAP_A), ...parts]);
}

/** FU-A, RFC 6184 §5.8, or the NAL unit itself when it fits. */
function fragment(nalUnit: Buffer, maxBytes: number): Buffer[] {
  if (nalUnit.length <= maxBytes) return [nalUnit];
  const header = nalUnit[0] ?? 0;
  const stepBytes = maxBytes - FU_HEADERS_BYTES;
  const fragments: Buffer[] = [];
  for (let offset = 1; offset < nalUnit.length; offset += stepBytes) {
    const data = nalUnit.subarray(offset, offset + stepBytes);
    const start = offset === 1 ? 0x80 : 0;
    const end = offset + stepBytes >= nalUnit.length ? 0x40 : 0;
    const payload = Buffer.allocUnsafe(FU_HEADERS_BYTES + data.length);
    payload[0] = (header & 0xe0) | FU_A;
    payload[1] = start | end | (header & 0x1f);
    data.copy(payload, FU_HEADERS_BYTES);
    fragments.push(payload);
  }
  return fragments;
}
