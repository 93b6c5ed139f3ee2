import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { CameraDirectory } from '../camera-client/camera-directory.ts';
import { CameraRequests } from '../camera-client/camera-requests.ts';
import { CameraError } from '../contract/errors.ts';
import { MqttBrokerBus, type MqttBrokerNode } from './mqtt-broker-bus.ts';

const CONNECT_TIMEOUT_MS = 3_000;
const LOOK_INTERVAL_MS = 50;
/** A camera on the same network answers within a few hundredths of a second. */
const ANSWER_TIME_MS = 1_000;

export interface FoundCamera {
  readonly device: string;
  readonly name: string;
  readonly online: boolean;
}

/**
 * Asks once who is there.
 * @throws CameraError `offline` when the broker is away.
 */
export async function findCameras(broker: MqttBrokerNode, prefix: string): Promise<FoundCamera[]> {
  const id = randomBytes(9).toString('base64url');
  const bus = new MqttBrokerBus(broker, `picam-search-${id}`);
  const requests = new CameraRequests({ bus, prefix, peer: `node-red-${id}` });
  const directory = new CameraDirectory({ bus, prefix, requests });
  bus.open();
  try {
    await untilConnected(bus);
    requests.open();
    directory.open();
    await wait(ANSWER_TIME_MS);
    return directory.cameras.map(({ device, info, online }) => ({
      device,
      name: info?.name ?? device,
      online,
    }));
  } finally {
    directory.close();
    requests.close();
    await new Promise<void>((resolve) => bus.close(true, resolve));
  }
}

async function untilConnected(bus: MqttBrokerBus): Promise<void> {
  for (let waitedMs = 0; !bus.connected; waitedMs += LOOK_INTERVAL_MS) {
    if (waitedMs >= CONNECT_TIMEOUT_MS) {
      throw new CameraError(
        'offline',
        'The MQTT broker is not connected; check its address and that it runs.',
      );
    }
    await wait(LOOK_INTERVAL_MS);
  }
}
