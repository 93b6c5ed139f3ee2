import type { MqttClient } from 'mqtt';
import { BrokerSettingsError, brokerLogin } from '../../foundation/broker-login.ts';
import { describeBrokerProblem, type BrokerProblem } from '../../foundation/broker-problem.ts';
import { redactedUrl, type BrokerSettings } from '../../foundation/broker-settings.ts';
import { randomIdentifier } from '../../foundation/identifiers.ts';
import { createMqttClient } from '../../foundation/mqtt-client.ts';
import { withTimeout } from '../../foundation/time-out.ts';
import type { BrokerFact } from './facts.ts';

const TIMEOUT_MS = 5_000;

/** Connects once, under a name of its own so that nobody is thrown out, and leaves at once. Never rejects. */
export async function askBroker(broker: BrokerSettings): Promise<BrokerFact> {
  const url = redactedUrl(broker.url);
  let client: MqttClient | undefined;
  try {
    client = connectOnce(broker);
    await withTimeout(untilConnected(client), TIMEOUT_MS, 'connecting');
    return { kind: 'logged-in', url };
  } catch (error) {
    return { kind: 'unusable', url, ...describeProblem(error, broker) };
  } finally {
    client?.end(true);
  }
}

function connectOnce(broker: BrokerSettings): MqttClient {
  return createMqttClient(broker.url, {
    clientId: `picam-doctor-${randomIdentifier()}`,
    protocolVersion: 4,
    reconnectPeriod: 0,
    connectTimeout: TIMEOUT_MS,
    ...brokerLogin(broker),
  });
}

function untilConnected(client: MqttClient): Promise<void> {
  return new Promise((resolve, reject) => {
    client.on('connect', () => resolve());
    client.on('error', reject);
    client.on('close', () => reject(new Error('the connection was closed')));
  });
}

function describeProblem(error: unknown, broker: BrokerSettings): BrokerProblem {
  if (!(error instanceof BrokerSettingsError)) return describeBrokerProblem(error, broker);
  return { problem: 'was not asked', remedy: error.message };
}
