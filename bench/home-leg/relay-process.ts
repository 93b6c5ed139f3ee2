import { createSocket } from 'node:dgram';
import type { RTCPeerConnection } from 'werift';
import { CameraRequests } from '../../camera-client/camera-requests.ts';
import { connectBus } from '../../test/support/connect-bus.ts';
import { answerQuestions } from '../bench-process.ts';
import { askNoServer, createConnection, untilConnected } from '../fan-out/webrtc-settings.ts';
import type { RelayQuestion } from './messages.ts';

/**
 * What a plugin without a media path of its own does with a WebRTC camera: werift receives it as it comes, and its
 * packets go to an ffmpeg for each stream.
 */
answerQuestions(async ({ broker, device, ports }: RelayQuestion) => {
  const connection = createConnection();
  forward(connection, ports);
  const answer = await answerOf(connection, broker, device);
  await connection.setRemoteDescription({ type: 'answer', sdp: answer });
  await untilConnected(connection);
  return Number(/^a=rtpmap:(\d+) H264/imu.exec(answer)?.[1]);
});

async function answerOf(connection: RTCPeerConnection, broker: string, device: string): Promise<string> {
  const requests = new CameraRequests({
    bus: await connectBus(broker),
    prefix: 'picam',
    peer: 'bench-relay',
  });
  requests.open();
  connection.addTransceiver('video', { direction: 'recvonly' });
  askNoServer(connection);
  await connection.setLocalDescription(await connection.createOffer());
  const { sdp } = await requests.request(device, 'offer', {
    type: 'offer',
    sdp: connection.localDescription?.sdp ?? '',
  });
  return sdp;
}

function forward(connection: RTCPeerConnection, ports: readonly number[]): void {
  const socket = createSocket('udp4');
  connection.onTrack.subscribe((track) => {
    track.onReceiveRtp.subscribe((packet) => {
      const bytes = packet.serialize();
      for (const port of ports) socket.send(bytes, port, '127.0.0.1');
    });
  });
}
