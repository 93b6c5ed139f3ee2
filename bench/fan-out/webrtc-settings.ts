import { RTCRtpCodecParameters, RTCPeerConnection, useH264, useVP8 } from 'werift';

const PARAMETERS = 'profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1';
const FEEDBACK = [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }];

/** A connection for video with retransmissions that asks no server on the internet for its address. */
export function createConnection(codec: 'H264' | 'VP8' = 'H264'): RTCPeerConnection {
  const video =
    codec === 'VP8'
      ? [useVP8({ rtcpFeedback: FEEDBACK })]
      : [
          useH264({ parameters: PARAMETERS, rtcpFeedback: FEEDBACK }),
          new RTCRtpCodecParameters({ mimeType: 'video/rtx', clockRate: 90_000 }),
        ];
  return new RTCPeerConnection({ codecs: { audio: [], video }, bundlePolicy: 'max-bundle' });
}

/** To be called as soon as there are transports. */
export function askNoServer(connection: RTCPeerConnection): void {
  for (const { connection: ice } of connection.iceTransports) Object.assign(ice, { stunServer: undefined });
}

export async function untilConnected(connection: RTCPeerConnection): Promise<void> {
  if (connection.connectionState === 'connected') return;
  await connection.connectionStateChange.watch((state) => state === 'connected', 60_000);
}
