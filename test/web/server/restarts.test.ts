import { expect, test } from '@jest/globals';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { ANSWER } from './fake-camera.ts';
import { postOffer, servePage } from './served-page.ts';

const resources = resourcesOfEachTest();

test('an offer that a camera took with it when it was restarted is made again as soon as it is back', async () => {
  const { at, camera } = await servePage(resources);
  camera.silent = true;
  const response = postOffer(at('/whep/front'));
  await waitUntil('the offer has arrived', () => camera.requests.length === 1);
  camera.silent = false;
  await camera.restart();
  expect((await response).status).toBe(201);
  expect(await (await response).text()).toBe(ANSWER);
  expect(camera.requests.map(({ op }) => op)).toEqual(['offer', 'offer']);
});
