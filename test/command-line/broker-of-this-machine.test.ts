import { expect, test } from '@jest/globals';
import { brokerOfThisMachine } from '../../command-line/broker-of-this-machine.ts';
import { configurationSchema } from '../../command-line/configuration-schema.ts';

test.each([
  [{}, { url: 'mqtt://127.0.0.1:1883' }],
  [{ broker: { url: 'mqtt://a' }, embeddedBroker: { port: 1 } }, { url: 'mqtt://a' }],
  [
    { embeddedBroker: { port: 1884, users: [{ username: 'web', password: 'long enough' }] } },
    { url: 'mqtt://127.0.0.1:1884', username: 'web', password: 'long enough' },
  ],
  [
    { embeddedBroker: { host: '::', users: [{ username: 'web', password: 'long enough' }] } },
    { url: 'mqtt://[::1]:1883', username: 'web', password: 'long enough' },
  ],
  [
    { embeddedBroker: { host: '192.168.1.5', users: [{ username: 'web', password: 'long enough' }] } },
    { url: 'mqtt://192.168.1.5:1883', username: 'web', password: 'long enough' },
  ],
])('with %j programs on this machine take %j', (settings, broker) => {
  expect(brokerOfThisMachine(configurationSchema.parse(settings))).toEqual(broker);
});
