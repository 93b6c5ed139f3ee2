import { RtpHeader, RtpPacket } from 'werift';
import type { BenchViewer } from '../node-sender-process.ts';
import { askNoServer, createConnection, untilConnected } from '../webrtc-settings.ts';

/** werift as it comes, which copies, encrypts and remembers each packet for each viewer. */
export async function openWeriftViewer(offer: string): Promise<BenchViewer> {
  const connection = createConnection();
  await connection.setRemoteDescription({ type: 'offer', sdp: offer });
  askNoServer(connection);
  const [transceiver] = connection.getTransceivers();
  transceiver?.setDirection('sendonly');
  const answer = await connection.createAnswer();
  await connection.setLocalDescription(answer);
  let sequenceNumber = 0;
  return {
    answer: connection.localDescription?.sdp ?? '',
    connected: untilConnected(connection),
    send: ({ packets, rtpTimestamp: timestamp }) => {
      for (const { payload, marker } of packets) {
        const header = new RtpHeader({ sequenceNumber, timestamp, marker });
        sequenceNumber = (sequenceNumber + 1) & 0xffff;
        void transceiver?.sender.sendRtp(new RtpPacket(header, payload));
      }
    },
  };
}
