import { describe, expect, test } from '@jest/globals';
import { ClientRates, COST } from '../../../web/server/client-rates.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { postOffer, problemOf, servePage, type ServedPageOptions } from './served-page.ts';

const resources = resourcesOfEachTest();
const start = (options?: ServedPageOptions) => servePage(resources, options);

function newRates() {
  let nowMs = 0;
  const rates = new ClientRates(() => nowMs);
  return { rates, wait: (ms: number) => (nowMs += ms) };
}

function spendAll(rates: ClientRates, client: string): number {
  for (let offers = 0; offers < 1_000; offers += 1) {
    try {
      rates.spend(client, 'front', COST.offer);
    } catch {
      return offers;
    }
  }
  return Number.POSITIVE_INFINITY;
}

describe('what one client may ask of one camera', () => {
  test('is enough for a page that has to connect again and again, and is not endless', () => {
    const { rates } = newRates();
    expect(spendAll(rates, 'a')).toBeGreaterThanOrEqual(20);
    expect(() => rates.spend('a', 'front', COST.offer)).toThrow(
      expect.objectContaining({ code: 'rate_limited', retryAfterS: expect.any(Number) }),
    );
  });

  test('leaves the camera more than half of its 50 tokens a second', () => {
    const { rates, wait } = newRates();
    spendAll(rates, 'a');
    wait(60_000);
    expect((spendAll(rates, 'a') * COST.offer) / 60).toBeLessThan(25);
  });

  test('is there again after the wait that the refusal names', () => {
    const { rates, wait } = newRates();
    spendAll(rates, 'a');
    wait(2_000);
    expect(() => rates.spend('a', 'front', COST.offer)).not.toThrow();
  });

  test('takes nothing from other clients and other cameras', () => {
    const { rates } = newRates();
    spendAll(rates, 'a');
    expect(() => rates.spend('b', 'front', COST.offer)).not.toThrow();
    expect(() => rates.spend('a', 'garden', COST.offer)).not.toThrow();
  });
});

describe('a client that asks without end', () => {
  test('gets 429 with Retry-After for offers; another camera still answers it', async () => {
    const { at, camera } = await start({ cameras: ['front', 'garden'], now: () => 0 });
    const answers: Response[] = [];
    for (let sent = 0; sent < 25; sent += 1) answers.push(await postOffer(at('/whep/front')));
    const last = answers[24] ?? Response.error();
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await problemOf(last)).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(camera.requests.length).toBeLessThan(25);
    expect((await postOffer(at('/whep/garden'))).status).toBe(201);
  });

  test('costs the camera few pictures, however many widths it asks for', async () => {
    const { at, camera } = await start({ now: () => 0 });
    for (const width of [16, 100, 640, 641, 1000, 1281, 1920, 1921, 3840, 3841, 4000, 4096])
      expect((await fetch(at(`/api/cameras/front/snapshot.jpg?width=${width}`))).status).toBe(200);
    const widths = camera.requests.map(({ data }) => (data as { width: number }).width);
    expect(widths).toEqual([640, 1280, 1920, 3840]);
  });
});
