import { expect, test } from '@jest/globals';
import { randomPin } from '../../demo/setup-code.ts';
import { readSetupUri } from '../support/read-setup-uri.ts';
import { setupUri } from '../../homebridge-plugin/pairing/setup-uri.ts';

test('a setup URI says what went into it', () => {
  const payload = { pin: '031-45-154', category: 17, setupId: '7OSX' };
  const uri = setupUri(payload);
  expect(uri).toMatch(/^X-HM:\/\/[0-9A-Z]{9}7OSX$/);
  expect(readSetupUri(uri)).toEqual(payload);
});

test('a setup URI is the one worked out by hand from HAP: category, the flag for IP, the code', () => {
  const payload = 2 * 2 ** 31 + 2 * 2 ** 27 + 518_08_582;
  const digits = payload.toString(36).toUpperCase().padStart(9, '0');
  expect(setupUri({ pin: '518-08-582', category: 2, setupId: 'ABCD' })).toBe(`X-HM://${digits}ABCD`);
});

test('leading zeros of a setup code survive', () => {
  const payload = { pin: '000-00-012', category: 2, setupId: 'ABCD' };
  expect(readSetupUri(setupUri(payload))).toEqual(payload);
});

test('random setup codes have the shape of HAP', () => {
  for (let round = 0; round < 100; round += 1) expect(randomPin()).toMatch(/^\d{3}-\d{2}-\d{3}$/);
});
