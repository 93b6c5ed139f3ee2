import type { MqttClient } from 'mqtt';
import { readPem, redactedUrl, type BrokerSettings } from '../../foundation/broker-settings.ts';
import { randomIdentifier } from '../../foundation/identifiers.ts';
import { describeError } from '../../foundation/logger.ts';
import { createMqttClient } from '../../foundation/mqtt-client.ts';
import { withTimeout } from '../../foundation/time-out.ts';
import type { BrokerFact } from './facts.ts';

const TIMEOUT_MS = 5_000;
/** MQTT 3.1.1 §3.2.2.3: bad user name or password, not authorised. */
const LOGIN_REFUSED = new Set<unknown>([4, 5]);

/** Connects once, under a name of its own so that nobody is thrown out, and leaves at once. Never rejects. */
export async function askBroker(broker: BrokerSettings): Promise<BrokerFact> {
  const url = redactedUrl(broker.url);
  let client: MqttClient | undefined;
  try {
    client = connectOnce(broker);
    await withTimeout(untilConnected(client), TIMEOUT_MS, 'connecting');
    return { kind: 'logged-in', url };
  } catch (error) {
    if (LOGIN_REFUSED.has(codeOf(error))) return { kind: 'login-refused', url };
    return { kind: 'unreachable', url, problem: describeError(error) };
  } finally {
    client?.end(true);
  }
}

function connectOnce(broker: BrokerSettings): MqttClient {
  const { url, username, password, caFile, certFile, keyFile } = broker;
  const [ca, cert, key] = [
    readPem('caFile', caFile),
    readPem('certFile', certFile),
    readPem('keyFile', keyFile),
  ];
  return createMqttClient(url, {
    clientId: `picam-doctor-${randomIdentifier()}`,
    protocolVersion: 4,
    reconnectPeriod: 0,
    connectTimeout: TIMEOUT_MS,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
  });
}

function untilConnected(client: MqttClient): Promise<void> {
  return new Promise((resolve, reject) => {
    client.on('connect', () => resolve());
    client.on('error', reject);
    client.on('close', () => reject(new Error('the connection was closed')));
  });
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
