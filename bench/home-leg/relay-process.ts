import { createSocket } from 'node:dgram';
import type { RTCPeerConnection } from 'werift';
import { answerQuestions } from '../bench-process.ts';
import type { RelayQuestion } from './messages.ts';
import { watchCamera } from './watch-camera.ts';

/**
 * What a plugin without a media path of its own does with a WebRTC camera: werift receives it as it comes, and its
 * packets go to an ffmpeg for each stream.
 */
answerQuestions(async ({ ports, ...address }: RelayQuestion) => {
  const { answer } = await watchCamera(address, 'bench-relay', (connection) => forward(connection, ports));
  return Number(/^a=rtpmap:(\d+) H264/imu.exec(answer)?.[1]);
});

function forward(connection: RTCPeerConnection, ports: readonly number[]): void {
  const socket = createSocket('udp4');
  connection.onTrack.subscribe((track) => {
    track.onReceiveRtp.subscribe((packet) => {
      const bytes = packet.serialize();
      for (const port of ports) socket.send(bytes, port, '127.0.0.1');
    });
  });
}
