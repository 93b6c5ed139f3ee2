import { describe, expect, test } from '@jest/globals';
import { CameraDirectory } from '../../camera-client/camera-directory.ts';
import { CameraRequests } from '../../camera-client/camera-requests.ts';
import { deviceTopics } from '../../contract/topics.ts';
import { SeveralBrokers } from '../../homebridge-plugin/several-brokers.ts';
import { InMemoryBus } from '../support/in-memory-bus.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';

const PREFIX = 'picam';
const resources = resourcesOfEachTest();

function openDirectory(...buses: InMemoryBus[]) {
  const bus = new SeveralBrokers(buses, PREFIX);
  const requests = new CameraRequests({ bus, prefix: PREFIX, peer: 'test' });
  requests.open();
  resources.own(requests);
  const directory = resources.own(
    new CameraDirectory({ bus, prefix: PREFIX, requests, offlineDebounceMs: 0 }),
  );
  directory.open();
  return { bus, directory };
}

const announce = (bus: InMemoryBus, device: string, status: string) =>
  bus.publish(deviceTopics(PREFIX, device).status, status, { retain: true });

describe('several brokers', () => {
  test('show the cameras of all of them', async () => {
    const [near, far] = [new InMemoryBus(), new InMemoryBus()];
    await announce(near, 'here', 'online');
    await announce(far, 'there', 'online');
    const { directory } = openDirectory(near, far);
    await waitUntil('both cameras are online', () => directory.cameras.every(({ online }) => online));
    await waitUntil('both cameras are known', () => directory.cameras.length === 2);
    expect(directory.cameras.map(({ device }) => device)).toEqual(['here', 'there']);
  });

  test('take no more cameras in than any home has, and keep those that they know', async () => {
    const [near, far] = [new InMemoryBus(), new InMemoryBus()];
    const heard: string[] = [];
    new SeveralBrokers([near, far], PREFIX).subscribe('#', ({ topic }) => heard.push(topic));
    await announce(near, 'here', 'online');
    for (let invented = 0; invented < 1_010; invented += 1) await announce(far, `x${invented}`, 'online');
    expect(heard).toHaveLength(1_000);
    await announce(near, 'here', 'offline');
    expect(heard).toHaveLength(1_001);
  });

  test('carry a request to the broker of its camera alone', async () => {
    const [near, far] = [new InMemoryBus(), new InMemoryBus()];
    await announce(near, 'here', 'online');
    const { bus, directory } = openDirectory(near, far);
    await waitUntil('the camera is known', () => directory.find('here'));
    const { request } = deviceTopics(PREFIX, 'here');
    await bus.publish(request('test', 'ping'), '{}');
    const topicsOf = ({ published }: InMemoryBus) => published.map(({ topic }) => topic);
    expect(topicsOf(near)).toContain(request('test', 'ping'));
    expect(topicsOf(far)).not.toContain(request('test', 'ping'));
  });

  test('greet the cameras on each of them', async () => {
    const [near, far] = [new InMemoryBus(), new InMemoryBus()];
    openDirectory(near, far);
    for (const { published } of [near, far])
      await waitUntil('a hello', () => published.some(({ topic }) => topic.endsWith('/hello')));
  });

  test('lose only the cameras of the one that is away', async () => {
    const [near, far] = [new InMemoryBus(), new InMemoryBus()];
    await announce(near, 'here', 'online');
    await announce(far, 'there', 'online');
    const { bus, directory } = openDirectory(near, far);
    const isOnline = (device: string) => directory.find(device)?.online === true;
    await waitUntil('both cameras are online', () => isOnline('here') && isOnline('there'));
    far.setConnected(false);
    await waitUntil('the camera of that broker is away', () => !isOnline('there'));
    expect(isOnline('here')).toBe(true);
    expect(bus.connected).toBe(true);
    far.setConnected(true);
    await announce(far, 'there', 'online');
    await waitUntil('it is back', () => isOnline('there'));
  });

  test('believe what is said of a camera where it was heard first, until it has moved', async () => {
    const [near, far] = [new InMemoryBus(), new InMemoryBus()];
    await announce(near, 'one', 'online');
    const { directory } = openDirectory(near, far);
    const isOnline = () => directory.find('one')?.online === true;
    await waitUntil('the camera is online', isOnline);
    await announce(far, 'one', 'offline');
    await announce(far, 'two', 'online');
    await waitUntil('the other broker was heard', () => directory.find('two'));
    expect(isOnline()).toBe(true);
    await announce(near, 'one', 'offline');
    await waitUntil('the camera is away', () => !isOnline());
    await announce(far, 'one', 'online');
    await waitUntil('the camera has moved', isOnline);
    await announce(near, 'one', 'offline');
    await announce(near, 'three', 'online');
    await waitUntil('its old broker was heard', () => directory.find('three'));
    expect(isOnline()).toBe(true);
  });

  test('refuse to send when none is there', async () => {
    const bus = new InMemoryBus();
    bus.setConnected(false);
    const several = new SeveralBrokers([bus, bus], PREFIX);
    await expect(several.publish('picam/v1/a/set/stream', 'ON')).rejects.toMatchObject({ code: 'offline' });
  });
});
