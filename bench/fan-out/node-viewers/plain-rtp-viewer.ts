import { createSocket } from 'node:dgram';
import { writeRtpHeader } from '../../../media/rtp.ts';
import { PAYLOAD_TYPE } from '../messages.ts';
import type { BenchViewer } from '../node-sender-process.ts';

/** Hands the stream to a server on this machine, in the clear, as a camera's encoder would. */
export function openPlainRtpViewer(port: string): Promise<BenchViewer> {
  const socket = createSocket('udp4');
  let sequenceNumber = 0;
  return Promise.resolve({
    answer: '',
    connected: Promise.resolve(),
    send: ({ packets, rtpTimestamp: timestamp }) => {
      for (const { payload, marker } of packets) {
        const header = writeRtpHeader({
          payloadType: PAYLOAD_TYPE,
          marker,
          ssrc: 1,
          timestamp,
          sequenceNumber,
        });
        sequenceNumber = (sequenceNumber + 1) & 0xffff;
        socket.send([header, payload], Number(port), '127.0.0.1');
      }
    },
  });
}
