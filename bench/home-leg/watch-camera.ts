import type { RTCPeerConnection } from 'werift';
import { CameraRequests } from '../../camera-client/camera-requests.ts';
import { connectBus } from '../../test/support/connect-bus.ts';
import { askNoServer, createConnection, untilConnected } from '../fan-out/webrtc-settings.ts';
import type { CameraAddress } from './messages.ts';

export interface Watching {
  readonly connection: RTCPeerConnection;
  readonly answer: string;
}

/** A view of a camera by werift alone. @param prepare gets the connection before anything comes. */
export async function watchCamera(
  { broker, device }: Pick<CameraAddress, 'broker' | 'device'>,
  peer: string,
  prepare: (connection: RTCPeerConnection) => void = () => undefined,
): Promise<Watching> {
  const requests = new CameraRequests({ bus: await connectBus(broker), prefix: 'picam', peer });
  requests.open();
  const connection = createConnection();
  prepare(connection);
  connection.addTransceiver('video', { direction: 'recvonly' });
  askNoServer(connection);
  await connection.setLocalDescription(await connection.createOffer());
  const sdp = connection.localDescription?.sdp ?? '';
  const { sdp: answer } = await requests.request(device, 'offer', { type: 'offer', sdp });
  await connection.setRemoteDescription({ type: 'answer', sdp: answer });
  await untilConnected(connection);
  return { connection, answer };
}
