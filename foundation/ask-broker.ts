import type { MqttClient } from 'mqtt';
import { BrokerSettingsError, brokerLogin } from './broker-login.ts';
import { describeBrokerProblem, type BrokerProblem } from './broker-problem.ts';
import { redactedUrl, type BrokerSettings } from './broker-settings.ts';
import { errorCode } from './error-code.ts';
import { randomIdentifier } from './identifiers.ts';
import { createMqttClient } from './mqtt-client.ts';
import { withTimeout } from './time-out.ts';

const TIMEOUT_MS = 5_000;

export type BrokerAnswer =
  | { readonly kind: 'logged-in'; readonly url: string }
  | { readonly kind: 'unusable'; readonly url: string; readonly why: BrokerProblem };

/** The broker ended the connection instead of letting us in. */
class HungUpError extends Error {
  override readonly name = 'HungUpError';
}

const NO_TLS: BrokerProblem = {
  kind: 'no-tls',
  problem: 'ends the connection before it is encrypted',
  remedy: 'set "broker.url" to its port for TLS, most often 8883, or to mqtt://',
};
const HANGS_UP: BrokerProblem = {
  kind: 'hangs-up',
  problem: 'ends the connection at once',
  remedy: 'begin "broker.url" with mqtts:// if this port is for TLS, and check that it is an MQTT broker',
};

/** Connects once, under a name of its own so that nobody is thrown out, and leaves at once. Never rejects. */
export async function askBroker(broker: BrokerSettings): Promise<BrokerAnswer> {
  const url = redactedUrl(broker.url);
  let client: MqttClient | undefined;
  try {
    client = connectOnce(broker);
    await withTimeout(untilConnected(client), TIMEOUT_MS, 'connecting');
    return { kind: 'logged-in', url };
  } catch (error) {
    return { kind: 'unusable', url, why: describeProblem(error, broker) };
  } finally {
    client?.end(true);
  }
}

function connectOnce(broker: BrokerSettings): MqttClient {
  return createMqttClient(broker.url, {
    clientId: `picam-asks-${randomIdentifier()}`,
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
    client.on('close', () => reject(new HungUpError()));
  });
}

/** Beside what any connection can suffer: what only the first moment of one can tell. */
function describeProblem(error: unknown, broker: BrokerSettings): BrokerProblem {
  if (error instanceof BrokerSettingsError)
    return { kind: 'unusable-settings', problem: 'was not asked', remedy: error.message };
  const isEncrypted = /^(?:mqtts|wss):/u.test(broker.url);
  if (isEncrypted && (error instanceof HungUpError || errorCode(error) === 'ECONNRESET')) return NO_TLS;
  return error instanceof HungUpError ? HANGS_UP : describeBrokerProblem(error, broker);
}
