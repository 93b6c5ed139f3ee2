import { expect, test } from '@jest/globals';
import type { Clock } from '../../foundation/clock.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { MqttConnection } from '../../foundation/mqtt-connection.ts';
import { startEmbeddedBroker } from '../support/embedded-broker.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';

const resources = resourcesOfEachTest();

/** A client that is thrown out comes back at once, and writes down what it says and what its pauses would grow with. */
function openClient(url: string) {
  const said: string[] = [];
  const failures: number[] = [];
  const timers = new Set<() => void>();
  const clock: Clock = {
    nowUs: () => 0,
    after: (_, callback) => {
      timers.add(callback);
      return () => void timers.delete(callback);
    },
  };
  const connection = new MqttConnection({
    broker: { url },
    clientId: 'picam-front-door',
    logger: { ...silentLogger, info: (line) => said.push(line), warn: (line) => said.push(line) },
    pauseMs: (count) => {
      failures.push(count);
      return 5;
    },
    clock,
  });
  resources.own(connection).open();
  const letTimePass = (): void => timers.forEach((callback) => callback());
  return { connection, said, failures, letTimePass };
}

const BROKERS = [
  ['Mosquitto', () => startMosquitto()],
  ['the embedded broker', () => startEmbeddedBroker()],
] as const;

test.each(BROKERS)(
  'two clients of one id on %s wait longer and longer, and say once why',
  async (_, start) => {
    const { url } = resources.own(await start());
    const first = openClient(url);
    const second = openClient(url);
    await waitUntil('a long quarrel', () =>
      [first, second].every(({ failures }) => (failures.at(-1) ?? 0) > 6),
    );
    for (const { said } of [first, second]) {
      const why = said.filter((line) => /another client may have the same id "picam-front-door"/u.test(line));
      expect(why).toEqual([expect.stringMatching(/"device:" in picam\.yaml, or --device/u)]);
      expect(said.length).toBeLessThanOrEqual(7);
    }

    await second.connection.close();
    await waitUntil('the first to have its id for itself', () => first.connection.connected);
    first.letTimePass();
    expect(first.said.at(-1)).toMatch(/^connected to/u);
  },
);
