import { expect, test } from '@jest/globals';
import { CameraEvents } from '../../camera-client/camera-events.ts';
import type { DeviceEvent } from '../../contract/device-messages.ts';
import { deviceTopics } from '../../contract/topics.ts';
import { InMemoryBus } from '../support/in-memory-bus.ts';

function listening() {
  const bus = new InMemoryBus();
  const events = new CameraEvents({ bus, prefix: 'picam' });
  events.open();
  const heard: DeviceEvent[] = [];
  const end = events.onEvent('door', (event) => heard.push(event));
  return { bus, events, heard, end };
}

function event(id: string, kind = 'button'): string {
  return JSON.stringify({ id, boot: 'b', seq: 0, ts: 0, kind, data: { nth: id } });
}

const topic = (kind: string, device = 'door') => deviceTopics('picam', device).event(kind);
const delivered = () => new Promise((resolve) => setImmediate(resolve));

test('an event reaches who listens to its camera, once, also when the broker hands it out twice', async () => {
  const { bus, heard } = listening();
  for (const id of ['1', '2', '2', '1']) await bus.publish(topic('button'), event(id));
  await bus.publish(topic('button', 'shed'), event('3'));
  await delivered();
  expect(heard.map(({ id }) => id)).toEqual(['1', '2']);
  expect(heard[0]?.data).toEqual({ nth: '1' });
});

test('what a broker has kept is of the past', async () => {
  const { bus, events } = listening();
  await bus.publish(topic('button'), event('kept'), { retain: true });
  const heard: DeviceEvent[] = [];
  events.close();
  events.open();
  events.onEvent('door', (late) => heard.push(late));
  await delivered();
  expect(heard).toEqual([]);
});

test.each([
  ['no JSON', 'ding dong'],
  ['nothing', ''],
  ['an event of another kind', event('1', 'motion')],
])('%s on the topic is nobody’s event', async (_, payload) => {
  const { bus, heard } = listening();
  await bus.publish(topic('button'), payload);
  await bus.publish(topic('button'), event('true one'));
  await delivered();
  expect(heard.map(({ id }) => id)).toEqual(['true one']);
});

test('who has ended listening hears nothing more, and nothing is left on the bus', async () => {
  const { bus, events, heard, end } = listening();
  end();
  await bus.publish(topic('button'), event('1'));
  await delivered();
  expect(heard).toEqual([]);
  events.close();
  expect(bus.subscriptionCount).toBe(0);
});
