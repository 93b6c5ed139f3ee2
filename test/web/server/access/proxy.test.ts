import { describe, expect, test } from '@jest/globals';
import { isLoopback } from '../../../../foundation/loopback.ts';
import { WebServerError } from '../../../../web/server/web-server.ts';
import { resourcesOfEachTest } from '../../../support/resources.ts';
import { postOffer, servePage } from '../served-page.ts';
import { SESSION } from '../fake-camera.ts';
import { logIn, serveLimited } from './limited-server.ts';

const resources = resourcesOfEachTest();
const TRUSTED = { trustedProxies: ['127.0.0.0/8'] };
const sessionCookie = (response: Response) => response.headers.getSetCookie()[0] ?? '';

describe('what a trusted proxy tells', () => {
  test('of TLS and of a path is in the cookies', async () => {
    const { at } = await serveLimited(resources, TRUSTED);
    const told = { 'x-forwarded-proto': 'https', 'x-forwarded-prefix': '/cameras/' };
    expect(sessionCookie(await logIn(at, told))).toMatch(/; Path=\/cameras\/; .*; Secure/);
  });

  test('of a path is in the address of a view', async () => {
    const { at } = await servePage(resources, TRUSTED);
    const response = await postOffer(at('/whep/front'), undefined, { 'x-forwarded-prefix': '/cameras' });
    expect(response.headers.get('location')).toBe(`/cameras/whep/front/${SESSION}`);
  });

  test('of its own name lets its pages in', async () => {
    const { at } = await serveLimited(resources, TRUSTED);
    const own = { origin: 'https://home.example', 'x-forwarded-host': 'home.example' };
    expect((await logIn(at, own)).status).toBe(303);
    expect((await logIn(at, { ...own, 'x-forwarded-host': 'other.example' })).status).toBe(403);
  });

  test.each(['//evil.example', '/a b', '/..', 'cameras', '/a;Path=/'])(
    'of the path "%s" is not believed',
    async (prefix) => {
      const { at } = await serveLimited(resources, TRUSTED);
      const response = await logIn(at, { 'x-forwarded-prefix': prefix });
      expect(sessionCookie(response)).toContain('; Path=/; ');
    },
  );

  test('of clients is believed only as far as proxies are trusted', async () => {
    const { at } = await serveLimited(resources, TRUSTED);
    for (let guess = 0; guess < 10; guess += 1)
      await logIn(at, { password: 'wrong one', 'x-forwarded-for': `10.0.0.${guess}, 192.0.2.1, 127.0.0.2` });
    expect((await logIn(at, { 'x-forwarded-for': '10.0.0.99, 192.0.2.1' })).status).toBe(429);
    expect((await logIn(at, { 'x-forwarded-for': '192.0.2.2' })).status).toBe(303);
  });
});

describe('what anybody else tells', () => {
  test('of itself is not believed', async () => {
    const { at } = await serveLimited(resources);
    const told = {
      'x-forwarded-proto': 'https',
      'x-forwarded-prefix': '/cameras',
      'x-forwarded-host': 'evil.example',
    };
    expect(sessionCookie(await logIn(at, told))).toMatch(/; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/);
    expect((await logIn(at, { ...told, origin: 'https://evil.example' })).status).toBe(403);
    for (let guess = 0; guess < 10; guess += 1)
      await logIn(at, { password: 'wrong one', 'x-forwarded-for': `192.0.2.${guess}` });
    expect((await logIn(at, { 'x-forwarded-for': '192.0.2.99' })).status).toBe(429);
  });
});

test('below a configured path everything is found with the path and without it', async () => {
  const { at } = await serveLimited(resources, { basePath: '/cameras' });
  for (const path of ['/cameras/login', '/login']) expect((await fetch(at(path))).status).toBe(200);
  const bare = await fetch(at('/cameras'), { redirect: 'manual' });
  expect([bare.status, bare.headers.get('location')]).toEqual([308, '/cameras/']);
  expect(sessionCookie(await logIn((path) => at(`/cameras${path}`)))).toContain('; Path=/cameras/; ');
  expect((await fetch(at('/cameras-too/login'))).status).toBe(401);
});

test('without users and tokens nothing is served beyond loopback', async () => {
  expect(isLoopback('0.0.0.0')).toBe(false);
  const opened = servePage(resources, { host: '0.0.0.0' });
  await expect(opened).rejects.toThrow(WebServerError);
  await expect(opened).rejects.toThrow(/web\.users.*web\.token.*127\.0\.0\.1/);
});
