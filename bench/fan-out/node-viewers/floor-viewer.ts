import { createCipheriv, createSecretKey } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { writeRtpHeader } from '../../../media/rtp.ts';
import { deriveGcmSessionKeys, rtpNonce } from '../../../media/srtp-gcm-cipher.ts';
import { FLOOR_KEYS, PAYLOAD_TYPE } from '../messages.ts';
import type { BenchViewer } from '../node-sender-process.ts';

const HEADER_BYTES = 12;

/** What no sender in Node can do without: a header, the encryption and the socket. */
export function openFloorViewer(port: string): Promise<BenchViewer> {
  const socket = createSocket('udp4');
  const keys = deriveGcmSessionKeys(FLOOR_KEYS, 'rtp');
  const key = createSecretKey(keys.encryptionKey.export());
  const fields = { payloadType: PAYLOAD_TYPE, marker: false, ssrc: 1 };
  let index = 0;
  const sendOne = (payload: Buffer, timestamp: number) => {
    const header = writeRtpHeader({ ...fields, timestamp, sequenceNumber: index & 0xffff });
    const cipher = createCipheriv('aes-128-gcm', key, rtpNonce(keys, fields.ssrc, index));
    cipher.setAAD(header.subarray(0, HEADER_BYTES));
    const encrypted = cipher.update(payload);
    cipher.final();
    socket.send(Buffer.concat([header, encrypted, cipher.getAuthTag()]), Number(port), '127.0.0.1');
    index += 1;
  };
  return Promise.resolve({
    answer: '',
    connected: Promise.resolve(),
    send: ({ packets, rtpTimestamp }) => {
      for (const { payload } of packets) sendOne(payload, rtpTimestamp);
    },
  });
}
