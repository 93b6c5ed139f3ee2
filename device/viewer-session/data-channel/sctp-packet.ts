/** Whatever does not fit into one datagram is none of these connections' packets. */
const MOST_BYTES = 1_500;
const HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 4;
const MOST_CHUNKS = 32;
/** The camera sends little: a viewer that speaks of more than the next thousand packets talks nonsense. */
const MOST_GAPS = 64;
const FURTHEST_GAP = 1_024;

/** The chunks that whoever began an association may send to the one who did not (RFC 9260 §3.2, RFC 6525, RFC 3758). */
const DATA = 0;
const INIT = 1;
const SACK = 3;
const HEARTBEAT = 4;
const HEARTBEAT_ACK = 5;
const ABORT = 6;
const SHUTDOWN = 7;
const SHUTDOWN_ACK = 8;
const ERROR = 9;
const COOKIE_ECHO = 10;
const SHUTDOWN_COMPLETE = 14;
const RECONFIG = 130;
const FORWARD_TSN = 192;

/** What a chunk's body must have before its list of parameters, if it has one, begins. */
const FIXED_BYTES: ReadonlyMap<number, number> = new Map([
  [DATA, 13],
  [INIT, 16],
  [SACK, 12],
  [HEARTBEAT, 0],
  [HEARTBEAT_ACK, 0],
  [ABORT, 0],
  [SHUTDOWN, 4],
  [SHUTDOWN_ACK, 0],
  [ERROR, 0],
  [COOKIE_ECHO, 4],
  [SHUTDOWN_COMPLETE, 0],
  [RECONFIG, 0],
  [FORWARD_TSN, 4],
]);
const WITH_PARAMETERS = new Set([INIT, HEARTBEAT, HEARTBEAT_ACK, ABORT, ERROR, RECONFIG]);

/**
 * Whether an SCTP packet is built as one must be. The stack believes every length it reads: one of zero would keep it
 * busy for ever, and the whole camera with it.
 */
export function isSoundSctpPacket(packet: Buffer): boolean {
  if (packet.length < HEADER_BYTES + CHUNK_HEADER_BYTES || packet.length > MOST_BYTES) return false;
  const chunks = itemsOf(packet.subarray(HEADER_BYTES), MOST_CHUNKS);
  return chunks !== undefined && chunks.every(isSoundChunk);
}

function isSoundChunk(chunk: Buffer): boolean {
  const type = chunk.readUInt8(0);
  const body = chunk.subarray(CHUNK_HEADER_BYTES);
  const fixedBytes = FIXED_BYTES.get(type);
  if (fixedBytes === undefined || body.length < fixedBytes) return false;
  if (type === SACK) return isSoundAcknowledgement(body);
  return !WITH_PARAMETERS.has(type) || itemsOf(body.subarray(fixedBytes), MOST_CHUNKS) !== undefined;
}

function isSoundAcknowledgement(body: Buffer): boolean {
  const gaps = body.readUInt16BE(8);
  const duplicates = body.readUInt16BE(10);
  if (gaps > MOST_GAPS || body.length < 12 + 4 * (gaps + duplicates)) return false;
  const ends = Array.from({ length: gaps }, (_, nth) => body.readUInt16BE(12 + 4 * nth + 2));
  return ends.every((end) => end <= FURTHEST_GAP);
}

/** Chunks and parameters alike: two bytes, the length of it all, and padding to the next four; undefined when it is not so. */
function itemsOf(bytes: Buffer, most: number): Buffer[] | undefined {
  const items: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    if (bytes.length - at < CHUNK_HEADER_BYTES || items.length === most) return undefined;
    const length = bytes.readUInt16BE(at + 2);
    if (length < CHUNK_HEADER_BYTES || at + length > bytes.length) return undefined;
    items.push(bytes.subarray(at, at + length));
    at += length + ((4 - (length % 4)) % 4);
  }
  return items;
}
