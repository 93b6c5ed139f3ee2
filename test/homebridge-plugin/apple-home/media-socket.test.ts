import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { silentLogger } from '../../../foundation/logger.ts';
import { MediaSocket } from '../../../homebridge-plugin/apple-home/media-socket.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';

const CONTROLLER = '127.0.0.1';
const resources = resourcesOfEachTest();

/** All of 127.0.0.0/8 is this machine's, as if it had as many networks. */
test.each([
  ['127.0.0.2', '127.0.0.2'],
  ['::ffff:127.0.0.3', '127.0.0.3'],
])(
  'on a machine in several networks, packets leave from the address that the controller spoke to (%s)',
  async (sourceAddress, expected) => {
    const controller = createSocket('udp4');
    resources.onEnd('the controller', () => controller.close());
    await new Promise<void>((resolve) => controller.bind(0, CONTROLLER, resolve));
    const socket = new MediaSocket({
      sourceAddress,
      target: { address: CONTROLLER, port: controller.address().port, family: 'ipv4' },
      handleMessage: () => undefined,
      logger: silentLogger,
    });
    resources.onEnd('the socket', () => socket.close());
    const port = await socket.open();
    const arrival = once(controller, 'message', { signal: AbortSignal.timeout(5_000) });
    socket.send(Buffer.from('picture'));
    const [message, from] = (await arrival) as [Buffer, { address: string; port: number }];
    expect([message.toString(), from.address, from.port]).toEqual(['picture', expected, port]);
  },
);
