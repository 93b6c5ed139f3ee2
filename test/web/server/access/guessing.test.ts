import { expect, test } from '@jest/globals';
import { resourcesOfEachTest } from '../../../support/resources.ts';
import { bearer, cookiesOf, logIn, serveLimited } from './limited-server.ts';

const GUESSES = 1_000;
const ADDRESSES = 300;
const GUESS_EACH_MS = 1_000;
const resources = resourcesOfEachTest();

/** Each from an address of its own, as a trusted proxy tells it. */
const from = (address: string) => ({ 'x-forwarded-for': address });

test('a thousand wrong passwords are mostly not even looked at, and the right one is locked out of nothing', async () => {
  const { at, pass } = await serveLimited(resources, { trustedProxies: ['127.0.0.1'] });
  const known = cookiesOf(await logIn(at, from('192.0.2.1')));
  const statuses: number[] = [];
  let longestWaitS = 0;
  for (let guess = 0; guess < GUESSES; guess += 1) {
    const response = await logIn(at, { password: `guess number ${guess}`, ...from('192.0.2.66') });
    statuses.push(response.status);
    longestWaitS = Math.max(longestWaitS, Number(response.headers.get('retry-after') ?? 0));
    pass(GUESS_EACH_MS);
  }
  const lookedAt = statuses.filter((status) => status === 401).length;
  console.info(
    `${GUESSES} guesses in as many seconds: ${lookedAt} were looked at, the wait is ${longestWaitS} s`,
  );
  expect(new Set(statuses)).toEqual(new Set([401, 429]));
  expect(lookedAt).toBeLessThanOrEqual(10 + GUESSES / 6 + 1);

  expect((await logIn(at, from('192.0.2.2'))).status).toBe(303);
  expect((await logIn(at, { cookie: known, ...from('192.0.2.66') })).status).toBe(303);
  expect((await logIn(at, from('192.0.2.66'))).status).toBe(429);
  pass(longestWaitS * 1_000);
  expect((await logIn(at, from('192.0.2.66'))).status).toBe(303);
});

test('guesses from three hundred addresses are slowed down together, and a known browser still comes in', async () => {
  const { at, pass } = await serveLimited(resources, { trustedProxies: ['127.0.0.1'] });
  const known = cookiesOf(await logIn(at, from('192.0.2.1')));
  const statuses: number[] = [];
  for (let guess = 0; guess < ADDRESSES; guess += 1) {
    const address = `198.51.${100 + (guess >> 8)}.${guess & 255}`;
    statuses.push((await logIn(at, { password: `guess number ${guess}`, ...from(address) })).status);
    pass(100);
  }
  const lookedAt = statuses.filter((status) => status === 401).length;
  console.info(
    `${ADDRESSES} guesses from as many addresses in ${ADDRESSES / 10} s: ${lookedAt} were looked at`,
  );
  expect(lookedAt).toBeLessThanOrEqual(30 + ADDRESSES / 20 + 1);
  expect((await logIn(at, { cookie: known, ...from('203.0.113.1') })).status).toBe(303);
  pass(2_000);
  expect((await logIn(at, from('203.0.113.2'))).status).toBe(303);
});

test('all addresses of one IPv6 network count as one', async () => {
  const { at } = await serveLimited(resources, { trustedProxies: ['127.0.0.1'] });
  for (let guess = 0; guess < 10; guess += 1)
    await logIn(at, { password: 'wrong one', ...from(`2001:db8::${guess + 1}`) });
  expect((await logIn(at, from('2001:db8:0:0:1::1'))).status).toBe(429);
  expect((await logIn(at, from('2001:db8:0:1::1'))).status).toBe(303);
});

test('guessing tokens is slowed down too, but not for whoever has the right one', async () => {
  const { at } = await serveLimited(resources);
  const statusWith = async (token?: string) =>
    (await fetch(at('/api/cameras'), { headers: bearer(token) })).status;
  for (let guess = 0; guess < 10; guess += 1) expect(await statusWith(`wrong-${guess}`)).toBe(401);
  expect(await statusWith('wrong-10')).toBe(429);
  expect(await statusWith()).toBe(200);
});
