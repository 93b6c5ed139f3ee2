import { setImmediate } from 'node:timers/promises';
import type { RTCDtlsTransport } from 'werift';
import { withTimeout } from '../../foundation/time-out.ts';

const ALERT = 21;
/** Level warning, description close_notify (RFC 5246 §7.2.1). */
const CLOSE_NOTIFY = Buffer.of(1, 0);
const SEND_TIMEOUT_MS = 200;

/**
 * Tells the viewer in its own connection that the camera ends it, so that it need not wait until the silence is too
 * long; werift has no goodbye of its own.
 *
 * @returns whether one was sent. It may be lost on its way, and werift with other inner fields sends none. Never rejects.
 */
export async function sayGoodbye(transport: RTCDtlsTransport): Promise<boolean> {
  if (transport.state !== 'connected') return false;
  try {
    const { socket, record } = goodbyeRecord(transport);
    await withTimeout(socket.send(record), SEND_TIMEOUT_MS, 'the goodbye');
    // werift does not wait for the socket, which would forget the packet if it were closed at once.
    await setImmediate();
    return true;
  } catch {
    return false;
  }
}

/** A DTLS 1.2 record (RFC 6347 §4.1). */
function goodbyeRecord({ dtls: connection }: RTCDtlsTransport) {
  if (!connection) throw new Error('there is no DTLS connection');
  const { dtls: context, cipher, sessionType, transport: socket } = connection;
  const { version, epoch } = context;
  context.recordSequenceNumber += 1;
  const sequenceNumber = context.recordSequenceNumber;
  const protocol = (version.major << 8) | version.minor;
  const header = { type: ALERT, version: protocol, epoch, sequenceNumber };
  const fragment = cipher.cipher.encrypt(sessionType, CLOSE_NOTIFY, header);
  const record = Buffer.alloc(13);
  record.writeUInt8(ALERT, 0);
  record.writeUInt16BE(protocol, 1);
  record.writeUInt16BE(epoch, 3);
  record.writeUIntBE(sequenceNumber, 5, 6);
  record.writeUInt16BE(fragment.length, 11);
  return { socket, record: Buffer.concat([record, fragment]) };
}
