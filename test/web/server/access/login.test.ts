import { describe, expect, test } from '@jest/globals';
import { resourcesOfEachTest } from '../../../support/resources.ts';
import { bearer, cookiesOf, logIn, PASSWORD, serveLimited, SETTINGS, TOKEN } from './limited-server.ts';

const HOUR_MS = 3_600_000;
const resources = resourcesOfEachTest();

const statusWith = async (at: (path: string) => string, cookie: string) =>
  (await fetch(at('/api/cameras'), { headers: { cookie } })).status;

describe('a log-in', () => {
  test('with the right password gives a session that no script can read and no other site can use', async () => {
    const { at } = await serveLimited(resources);
    const response = await logIn(at);
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('./');
    const [session = ''] = response.headers.getSetCookie();
    expect(session).toMatch(/^picam_session=.+; Path=\/; Expires=.+; HttpOnly; SameSite=Lax$/);
    expect(await statusWith(at, cookiesOf(response))).toBe(200);
    const access = await fetch(at('/api/access'), { headers: { cookie: cookiesOf(response) } });
    expect(await access.json()).toEqual({ kind: 'everything', name: 'anna' });
  });

  test('without users asks for a token', async () => {
    const { at } = await serveLimited(resources, { access: { ...SETTINGS, users: [], token: `${TOKEN}-2` } });
    expect(await (await fetch(at('/login'))).text()).not.toContain('name="name"');
    expect((await logIn(at, { name: '', password: PASSWORD })).status).toBe(401);
    const response = await logIn(at, { name: '', password: `${TOKEN}-2` });
    expect(await statusWith(at, cookiesOf(response))).toBe(200);
  });

  test.each([
    ['a wrong password', { password: 'the password of Bert' }],
    ['an unknown name', { name: 'bert' }],
    ['a token in the place of the password', { password: TOKEN }],
    ['no password', { password: '' }],
  ])('with %s says so, and gives no cookie', async (_what, wrong) => {
    const { at } = await serveLimited(resources);
    const response = await logIn(at, wrong);
    expect(response.status).toBe(401);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await response.text()).toContain('That is not right.');
  });

  test('writes a name back as text', async () => {
    const { at } = await serveLimited(resources);
    const page = await (await logIn(at, { name: '"><script>alert(1)</script>' })).text();
    expect(page).not.toContain('<script>alert');
  });

  test('from a page of another site is refused', async () => {
    const { at } = await serveLimited(resources);
    expect((await logIn(at, { origin: 'https://evil.example' })).status).toBe(403);
  });
});

describe('a session', () => {
  test('ends at its time', async () => {
    const { at, pass } = await serveLimited(resources);
    const cookie = cookiesOf(await logIn(at));
    pass(HOUR_MS - 1);
    expect(await statusWith(at, cookie)).toBe(200);
    pass(1);
    expect(await statusWith(at, cookie)).toBe(401);
  });

  test('ends with the log-out, also for whoever kept its cookie', async () => {
    const { at } = await serveLimited(resources);
    const [cookie, other] = [cookiesOf(await logIn(at)), cookiesOf(await logIn(at))];
    const response = await fetch(at('/logout'), { method: 'POST', headers: { cookie }, redirect: 'manual' });
    expect(response.headers.get('location')).toBe('login');
    expect(response.headers.getSetCookie()[0]).toMatch(/^picam_session=; Max-Age=0/);
    expect(await statusWith(at, cookie)).toBe(401);
    expect(await statusWith(at, other)).toBe(200);
  });

  test('holds on another server with the same secret, unless the password is another one there', async () => {
    const secret = 'a secret that two servers share';
    const one = await serveLimited(resources, { access: { ...SETTINGS, secret } });
    const two = await serveLimited(resources, { access: { ...SETTINGS, secret } });
    const cookie = cookiesOf(await logIn(one.at));
    expect(await statusWith(two.at, cookie)).toBe(200);
    const passwordHash = SETTINGS.users[0]?.passwordHash.replace('ln=10', 'ln=11') ?? '';
    const changed = { ...SETTINGS, secret, users: [{ name: 'anna', passwordHash }] };
    const three = await serveLimited(resources, { access: changed });
    expect(await statusWith(three.at, cookie)).toBe(401);
  });

  test('of another secret is worth nothing', async () => {
    const [one, two] = [await serveLimited(resources), await serveLimited(resources)];
    expect(await statusWith(two.at, cookiesOf(await logIn(one.at)))).toBe(401);
  });
});

describe('a share link', () => {
  const shareOf = async (at: (path: string) => string, hours: number) => {
    const headers = { 'content-type': 'application/json', ...bearer() };
    const body = JSON.stringify({ device: 'front', hours });
    const response = await fetch(at('/api/share-links'), { method: 'POST', headers, body });
    return (await response.json()) as { path: string; expiresAt: string };
  };
  const open = (at: (path: string) => string, path: string) => fetch(at(`/${path}`), { redirect: 'manual' });

  test('leads to its camera and expires', async () => {
    const { at, pass } = await serveLimited(resources);
    const { path } = await shareOf(at, 2);
    const opened = await open(at, path);
    expect(opened.status).toBe(303);
    expect(opened.headers.get('location')).toBe('../#/camera/front');
    expect(opened.headers.getSetCookie()[0]).toMatch(/^picam_share=.+HttpOnly; SameSite=Lax$/);
    expect(await statusWith(at, cookiesOf(opened))).toBe(200);
    pass(2 * HOUR_MS);
    expect(await statusWith(at, cookiesOf(opened))).toBe(401);
    const late = await open(at, path);
    expect(late.status).toBe(410);
    expect(await late.text()).toContain('action="../login"');
  });

  test('does not outlive a restart, or another secret', async () => {
    const [one, restarted] = [await serveLimited(resources), await serveLimited(resources)];
    const { path } = await shareOf(one.at, 2);
    expect((await open(restarted.at, path)).status).toBe(410);
  });

  test('leaves somebody who is logged in all they had', async () => {
    const { at } = await serveLimited(resources);
    const cookie = cookiesOf(await logIn(at));
    const { path } = await shareOf(at, 2);
    const opened = await fetch(at(`/${path}`), { redirect: 'manual', headers: { cookie } });
    expect(opened.headers.getSetCookie()).toEqual([]);
  });

  test.each([0, -1, 1e6])('for %s hours is refused', async (hours) => {
    const { at } = await serveLimited(resources);
    expect(await shareOf(at, hours)).toMatchObject({ error: { code: 'bad_request' } });
  });
});
