import { CameraRequests } from '../../camera-client/camera-requests.ts';
import { LiveViewConnection } from '../../camera-client/live-view-connection.ts';
import { randomIdentifier } from '../../foundation/identifiers.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { MqttConnection } from '../../foundation/mqtt-connection.ts';
import { answerQuestions } from '../bench-process.ts';

/** Answered when so many viewers more have pictures. */
export interface ViewersQuestion {
  readonly broker: string;
  readonly device: string;
  readonly more: number;
}

let connection: Promise<CameraRequests> | undefined;

answerQuestions(async ({ broker, device, more }: ViewersQuestion) => {
  connection ??= connect(broker);
  const requests = await connection;
  for (let n = 0; n < more; n += 1) await openView(requests, device);
});

async function connect(url: string): Promise<CameraRequests> {
  const peer = `bench-${randomIdentifier()}`;
  const bus = new MqttConnection({ broker: { url }, clientId: peer, logger: silentLogger });
  const connected = new Promise<void>((resolve) => bus.onConnectionChange((is) => is && resolve()));
  const requests = new CameraRequests({ bus, prefix: 'picam', peer });
  requests.open();
  bus.open();
  await connected;
  return requests;
}

function openView(requests: CameraRequests, device: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const view = new LiveViewConnection({
      device,
      requests,
      iceServers: () => Promise.resolve([]),
      listener: { handlePacket: () => resolve(), handleEnd: reject },
      logger: silentLogger,
      silentAfterMs: 10_000,
    });
    view.open();
  });
}
