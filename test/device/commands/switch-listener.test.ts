import { expect, jest, test } from '@jest/globals';
import { deviceTopics } from '../../../contract/topics.ts';
import { SwitchListener, type SwitchListenerOptions } from '../../../device/commands/switch-listener.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { InMemoryBus } from '../../support/in-memory-bus.ts';

const PREFIX = 'picam';
const DEVICE = 'gate';
const topics = deviceTopics(PREFIX, DEVICE);

function listening() {
  const bus = new InMemoryBus();
  const warnings: string[] = [];
  const publish = jest.fn<SwitchListenerOptions['snapshots']['publish']>(() =>
    Promise.reject(new Error('no camera')),
  );
  const start = jest.fn();
  const tell = jest.fn<SwitchListenerOptions['events']['publish']>();
  const say = jest.fn<SwitchListenerOptions['messages']['send']>(() => 1);
  const never = () => Promise.reject(new Error('not asked for'));
  const listener = new SwitchListener({
    bus,
    prefix: PREFIX,
    device: DEVICE,
    stream: { start, stop: never },
    cameraSwitch: { turnOn: never, turnOff: never },
    snapshots: { publish },
    recorder: { start: never, stop: never },
    motion: { handleSight: () => undefined },
    events: { publish: tell },
    bitrate: { wish: () => ({ kbps: 0, target: 0 }) },
    messages: { send: say },
    logger: { ...silentLogger, warn: (line) => void warnings.push(line) },
  });
  listener.open();
  return { bus, publish, start, tell, say, warnings };
}

test('a flood of switches is cut down, and is one line in the log', async () => {
  const { bus, publish, warnings } = listening();
  for (let sent = 0; sent < 500; sent += 1) await bus.publish(topics.set('snapshot'), 'x');
  await bus.publish(topics.set('snapshot'), 'the last is handed on by now');
  expect(publish.mock.calls.length).toBeLessThan(100);
  expect(warnings.filter((line) => line.includes('left out'))).toHaveLength(1);
});

test('a value that is not understood is told with what is legal, without control characters', async () => {
  const { bus, start, warnings } = listening();
  await bus.publish(topics.set('stream'), 'maybe\u001b[31m');
  await bus.publish(topics.set('stream'), ' on ');
  await new Promise((resolve) => setImmediate(resolve));
  expect(start).toHaveBeenCalledTimes(1);
  await bus.publish(topics.set('bitrate'), '1.5 Mbit/s');
  await bus.publish(topics.set('colour\u001b'), 'green');
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings).toEqual([
    expect.stringMatching(/^set\/stream "MAYBE\\u001B\[31M" is not understood; legal are ON or OFF$/iu),
    expect.stringMatching(
      /^set\/bitrate "1\.5 MBIT\/S" is not understood; legal are whole numbers of kbit\/s/u,
    ),
    expect.stringMatching(/^there is no set\/"colour\\u001b"; there are set\/enabled, .*set\/message$/iu),
  ]);
});

test('whatever comes to the bell button is told as one event', async () => {
  const { bus, tell, warnings } = listening();
  await bus.publish(topics.set('button'), '');
  await new Promise((resolve) => setImmediate(resolve));
  expect(tell.mock.calls).toEqual([['button', {}]]);
  expect(warnings).toEqual([]);
});

test('a message for the viewers is handed on as it is, and more of them than there are switches', async () => {
  const { bus, say, warnings } = listening();
  for (let sent = 0; sent < 200; sent += 1) await bus.publish(topics.set('message'), ` Say ${sent}: ä `);
  expect(say.mock.calls.map(([text]) => text)).toEqual(
    Array.from({ length: 200 }, (_, sent) => ` Say ${sent}: ä `),
  );
  expect(warnings).toEqual([]);
});
