import { CameraRequests } from '../../camera-client/camera-requests.ts';
import { replyEnvelopeSchema, type ReplyEnvelope } from '../../contract/envelopes.ts';
import { deviceTopics } from '../../contract/topics.ts';
import { systemClock } from '../../device/capture/clock.ts';
import { deviceConfigurationSchema, type DeviceConfiguration } from '../../device/device-configuration.ts';
import { type Device, type DeviceOptions, openDevice } from '../../device/device.ts';
import { offlineWill } from '../../device/status/announcement.ts';
import { randomIdentifier } from '../../foundation/identifiers.ts';
import type { Logger } from '../../foundation/logger.ts';
import { MqttConnection } from '../../foundation/mqtt-connection.ts';
import { connectBus } from '../support/connect-bus.ts';
import type { TestResources } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { FakeSource } from './fake-source.ts';

export interface RunningDevice {
  readonly id: string;
  readonly device: Device;
  readonly source: FakeSource;
  readonly log: string[];
  /** The device's own connection. */
  readonly deviceBus: MqttConnection;
  /** A client's connection. */
  readonly bus: MqttConnection;
  readonly requests: CameraRequests;
  readonly topics: ReturnType<typeof deviceTopics>;
  /** Sends bytes as they are and waits for whatever comes back to the peer. */
  readonly ask: (op: string, payload: string | Buffer, peer?: string) => Promise<ReplyEnvelope>;
}

/** A device in this process, with a camera whose pictures the test gives by hand. */
export async function runDevice(
  resources: TestResources,
  brokerUrl: string,
  changes: Partial<DeviceConfiguration> = {},
  parts: Partial<DeviceOptions> = {},
): Promise<RunningDevice> {
  const id = `device-${randomIdentifier().toLowerCase().replaceAll('_', '-')}`;
  const log: string[] = [];
  const source = new FakeSource(systemClock);
  const deviceBus = resources.own(
    new MqttConnection({
      broker: { url: brokerUrl },
      clientId: id,
      will: offlineWill('picam', id),
      logger: keeping(log),
    }),
  );
  let isOnline = false;
  const device = await openDevice({
    configuration: { ...configuration(id), ...changes },
    bus: deviceBus,
    logger: keeping(log),
    source,
    ...parts,
    handleOnline: () => (isOnline = true),
  });
  resources.own(device);
  deviceBus.open();
  await waitUntil('the device to be online', () => isOnline);
  const bus = resources.own(await connectBus(brokerUrl));
  const requests = resources.own(
    new CameraRequests({ bus, prefix: 'picam', peer: `peer-${randomIdentifier()}` }),
  );
  requests.open();
  const topics = deviceTopics('picam', id);
  const ask = (op: string, payload: string | Buffer, peer = `asker-${randomIdentifier()}`) =>
    askRaw(bus, topics, op, payload, peer);
  return { id, device, source, log, deviceBus, bus, requests, topics, ask };
}

/** The value of a retained topic, as a client that comes now gets it. */
export async function retainedValue(brokerUrl: string, topic: string): Promise<string> {
  const bus = await connectBus(brokerUrl);
  try {
    const value = new Promise<string>((resolve) => {
      bus.subscribe(topic, ({ payload, retained }) => retained && resolve(payload.toString()));
    });
    return await waitUntil(`a retained ${topic}`, value);
  } finally {
    await bus.close();
  }
}

async function askRaw(
  bus: MqttConnection,
  topics: RunningDevice['topics'],
  op: string,
  payload: string | Buffer,
  peer: string,
): Promise<ReplyEnvelope> {
  // The subscription stays: a broker may mix up an unsubscribe with a subscribe that follows it closely.
  const reply = new Promise<ReplyEnvelope>((resolve) => {
    bus.subscribe(topics.reply(peer), (message) =>
      resolve(replyEnvelopeSchema.parse(JSON.parse(message.payload.toString()))),
    );
  });
  await bus.publish(topics.request(peer, op), payload);
  return await waitUntil(`a reply to ${op}`, reply);
}

function configuration(device: string): DeviceConfiguration {
  return deviceConfigurationSchema.parse({
    device,
    name: 'Front door',
    prefix: 'picam',
    source: 'test',
    video: {},
    maxViewers: 2,
    lingerMs: 50,
    ice: {},
  });
}

function keeping(log: string[]): Logger {
  const keep = (level: string) => (message: string) => void log.push(`${level}: ${message}`);
  return { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') };
}
