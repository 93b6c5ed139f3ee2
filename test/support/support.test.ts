import { describe, expect, test } from '@jest/globals';
import { ChildProgram } from '../../demo/child-program.ts';
import { connectBus } from './connect-bus.ts';
import { launchChromium } from './chromium.ts';
import { startDevice } from './device.ts';
import { startEmbeddedBroker } from './embedded-broker.ts';
import { startMosquitto, type TestBroker } from './mosquitto.ts';
import { descendantProcesses, isRunning } from './processes.ts';
import { resourcesOfEachTest } from './resources.ts';
import { waitUntil } from './wait-until.ts';

const resources = resourcesOfEachTest();

const brokers: [string, () => Promise<TestBroker>][] = [
  ['mosquitto', startMosquitto],
  ['the embedded broker', startEmbeddedBroker],
];

describe.each(brokers)('%s', (_, start) => {
  test('carries a message from one connection to another', async () => {
    const broker = resources.own(await start());
    const reader = resources.own(await connectBus(broker.url));
    const writer = resources.own(await connectBus(broker.url));
    const received = new Promise<string>((resolve) => {
      reader.subscribe('greeting', ({ payload }) => resolve(payload.toString()));
    });
    await writer.publish('greeting', 'hello', { retain: true });
    expect(await waitUntil('the greeting', received)).toBe('hello');
  });
});

test('chromium opens a page', async () => {
  const browser = resources.own(await launchChromium());
  const page = await browser.newPage();
  await page.setContent('<h1>Hello</h1>');
  expect(await page.textContent('h1')).toBe('Hello');
});

test('a stopped program leaves nothing of what it started behind', async () => {
  const program = resources.own(
    new ChildProgram({
      name: 'shell',
      command: 'sh',
      args: ['-c', 'trap "" TERM; sleep 60 & echo up; wait'],
    }),
  );
  await program.start().waitForLog(/up/, 5_000);
  const child = await waitUntil('what it starts', () =>
    descendantProcesses(program.pid).find(({ name }) => name === 'sleep'),
  );
  await program.stop();
  await waitUntil('the grandchild is gone', () => !isRunning(child.pid));
}, 15_000);

test('a program that ends instead of getting ready is reported with its last words', async () => {
  const program = resources.own(
    new ChildProgram({ name: 'shell', command: 'sh', args: ['-c', 'echo no camera >&2; exit 3'] }),
  );
  await expect(program.start().waitForLog(/ready/, 5_000)).rejects.toThrow(
    /shell ended \(exit code 3\)\..*\nno camera/,
  );
});

test('a camera gets ready with a broker of its own and ends when it is stopped', async () => {
  const device = resources.own(await startDevice());
  expect(device.broker).toMatch(/^mqtt:\/\/127\.0\.0\.1:\d+$/);
  await device.stop();
  expect(isRunning(device.pid)).toBe(false);
}, 30_000);
