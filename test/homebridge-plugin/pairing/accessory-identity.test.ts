import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import { hapIdOfCamera, identityOfCamera } from '../../../homebridge-plugin/pairing/accessory-identity.ts';
import { generate } from '../../../node_modules/homebridge/dist/util/mac.js';

const require = createRequire(import.meta.url);
const { generate: uuidOf } = require('@homebridge/hap-nodejs/dist/lib/util/uuid.js') as {
  readonly generate: (data: string) => string;
};

test.each([
  ['picam', 'front-door'],
  ['home/cams', 'a'],
  ['picam', 'raspberrypi-3f9c'],
])('the camera %p/%p has the id that Homebridge publishes it by', (prefix, device) => {
  const published = generate(uuidOf(identityOfCamera(prefix, device)));
  expect(hapIdOfCamera(prefix, device)).toBe(published);
});
