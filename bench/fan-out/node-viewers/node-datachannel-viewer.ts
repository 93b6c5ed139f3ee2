import {
  PeerConnection,
  RtcpNackResponder,
  RtcpSrReporter,
  RtpPacketizationConfig,
  type Track,
} from 'node-datachannel';
import { writeRtpHeader } from '../../../media/rtp.ts';
import { PAYLOAD_TYPE } from '../messages.ts';
import type { BenchViewer } from '../node-sender-process.ts';

const CLOCK_HZ = 90_000;
let opened = 0;

/** libdatachannel by its binding for Node: C++ with threads of its own, and a repair of losses as the others have. */
export async function openNodeDatachannelViewer(offer: string): Promise<BenchViewer> {
  opened += 1;
  const ssrc = opened;
  const connection = new PeerConnection(`viewer ${opened}`, { iceServers: [] });
  const answered = new Promise<string>((resolve) => {
    connection.onGatheringStateChange((state) => {
      if (state === 'complete') resolve(connection.localDescription()?.sdp ?? '');
    });
  });
  const offered = new Promise<Track>((resolve) => connection.onTrack(resolve));
  connection.setRemoteDescription(offer, 'offer');
  const track = await offered;
  repairLosses(track, ssrc);
  let sequenceNumber = 0;
  return {
    answer: await answered,
    connected: new Promise((resolve) => track.onOpen(resolve)),
    send: ({ packets, rtpTimestamp: timestamp }) => {
      for (const { payload, marker } of packets) {
        const header = writeRtpHeader({ payloadType: PAYLOAD_TYPE, marker, ssrc, timestamp, sequenceNumber });
        sequenceNumber = (sequenceNumber + 1) & 0xffff;
        track.sendMessageBinary(Buffer.concat([header, payload]));
      }
    },
  };
}

function repairLosses(track: Track, ssrc: number): void {
  const reports = new RtcpSrReporter(new RtpPacketizationConfig(ssrc, 'picam', PAYLOAD_TYPE, CLOCK_HZ));
  reports.addToChain(new RtcpNackResponder());
  track.setMediaHandler(reports);
}
