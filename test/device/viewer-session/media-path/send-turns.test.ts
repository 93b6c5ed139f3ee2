import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { SendTurns } from '../../../../device/viewer-session/media-path/send-turns.ts';
import { resourcesOfEachTest } from '../../../support/resources.ts';
import { waitUntil } from '../../../support/wait-until.ts';

const resources = resourcesOfEachTest();

test('who comes alone sends at once', () => {
  const sent: string[] = [];
  new SendTurns().take(() => sent.push('one'));
  expect(sent).toEqual(['one']);
});

test('all others follow in order, before anything else that waits for its time', async () => {
  const turns = new SendTurns();
  const done: string[] = [];
  const immediate = setImmediate().then(() => done.push('immediate'));
  for (const viewer of ['one', 'two', 'three']) turns.take(() => done.push(viewer));
  expect(done).toEqual(['one']);
  await immediate;
  expect(done).toEqual(['one', 'two', 'three', 'immediate']);
});

test('they follow in the order in which they were asked for, also within a turn', async () => {
  const turns = new SendTurns();
  const done: string[] = [];
  turns.take(() => {
    done.push('one');
    turns.take(() => done.push('one again'));
  });
  turns.take(() => done.push('two'));
  await setImmediate();
  expect(done).toEqual(['one', 'one again', 'two']);
});

test('one that fails keeps nobody from sending', async () => {
  const turns = new SendTurns();
  const done: string[] = [];
  const fail = () => {
    turns.take(() => done.push('two'));
    throw new Error('a broken viewer');
  };
  expect(() => turns.take(fail)).toThrow('a broken viewer');
  await setImmediate();
  expect(done).toEqual(['two']);
});

test('the first viewer’s packets leave before the last viewer’s are made', async () => {
  const socket = resources.own(createSocket('udp4'));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const turns = new SendTurns();
  const order: string[] = [];
  for (const viewer of [1, 2, 3, 4]) {
    turns.take(() => {
      order.push(`${viewer} made`);
      socket.send('x', socket.address().port, '127.0.0.1', () => order.push(`${viewer} sent`));
    });
  }
  await waitUntil('all packets', () => order.length === 8);
  expect(order.indexOf('1 sent')).toBeLessThan(order.indexOf('4 made'));
});
