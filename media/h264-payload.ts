import { NalType, isCodedNalUnit, isFirstSlice, nalTypeOf } from './h264-nal.ts';

/** What one RTP payload holds (RFC 6184 §5.2). */
export type DecodedPayload =
  | { readonly kind: 'nalUnits'; readonly nalUnits: readonly Buffer[] }
  /** `data` begins with the NAL unit's header byte when `isStart`. */
  | { readonly kind: 'fragment'; readonly isStart: boolean; readonly isEnd: boolean; readonly data: Buffer }
  /** Nothing but header or padding, as senders do when they probe the path. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'malformed' };

const STAP_A = 24;
const FU_A = 28;
const MALFORMED: DecodedPayload = { kind: 'malformed' };

/** Takes one RTP payload apart: a single NAL unit, STAP-A or FU-A; views of it, no copies but of a fragment's start. */
export function decodeH264Payload(payload: Buffer): DecodedPayload {
  const [header] = payload;
  if (header === undefined) return { kind: 'empty' };
  const type = header & 0x1f;
  if (type === STAP_A) return decodeAggregate(payload);
  if (type === FU_A) return decodeFragment(payload, header);
  return isCodedNalUnit(payload) ? { kind: 'nalUnits', nalUnits: [payload] } : MALFORMED;
}

/** Whether a payload holds the beginning of a key frame's picture. */
export function beginsKeyframe(decoded: DecodedPayload): boolean {
  if (decoded.kind === 'fragment') return decoded.isStart && isFirstIdrSlice(decoded.data);
  return decoded.kind === 'nalUnits' && decoded.nalUnits.some(isFirstIdrSlice);
}

function isFirstIdrSlice(nalUnit: Buffer): boolean {
  return nalTypeOf(nalUnit) === NalType.idr && isFirstSlice(nalUnit);
}

function decodeAggregate(payload: Buffer): DecodedPayload {
  const nalUnits: Buffer[] = [];
  let offset = 1;
  while (offset + 2 <= payload.length) {
    const end = offset + 2 + payload.readUInt16BE(offset);
    if (end === offset + 2 || end > payload.length) return MALFORMED;
    nalUnits.push(payload.subarray(offset + 2, end));
    offset = end;
  }
  const isWhole = offset === payload.length && nalUnits.length > 0 && nalUnits.every(isCodedNalUnit);
  return isWhole ? { kind: 'nalUnits', nalUnits } : MALFORMED;
}

function decodeFragment(payload: Buffer, indicator: number): DecodedPayload {
  const fuHeader = payload[1] ?? 0;
  const isStart = (fuHeader & 0x80) !== 0;
  const isEnd = (fuHeader & 0x40) !== 0;
  const header = Buffer.of((indicator & 0xe0) | (fuHeader & 0x1f));
  if (payload.length < 3 || (isStart && isEnd) || !isCodedNalUnit(header)) return MALFORMED;
  const data = payload.subarray(2);
  return { kind: 'fragment', isStart, isEnd, data: isStart ? Buffer.concat([header, data]) : data };
}
