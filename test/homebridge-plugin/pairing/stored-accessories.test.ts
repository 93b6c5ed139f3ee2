import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readStoredAccessories } from '../../../homebridge-plugin/pairing/stored-accessories.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';

const resources = resourcesOfEachTest();

test('what Homebridge keeps of its accessories is read, and what is being written is left out', () => {
  const storage = mkdtempSync(join(tmpdir(), 'picam-stored-'));
  resources.onEnd('the folder', () => rmSync(storage, { recursive: true }));
  expect(readStoredAccessories(storage)).toEqual([]);
  const folder = join(storage, 'persist');
  mkdirSync(folder);
  const info = { displayName: 'Front door', category: 17, pincode: '482-91-637', setupID: '7OSX' };
  const paired = { ...info, pairedClients: { 'AA:BB': '00' } };
  writeFileSync(join(folder, 'AccessoryInfo.0E5A1B7C33D2.json'), JSON.stringify(info));
  writeFileSync(join(folder, 'AccessoryInfo.0E5A1B7C33D3.json'), JSON.stringify(paired));
  writeFileSync(join(folder, 'AccessoryInfo.0E5A1B7C33D4.json'), '{"displayName":"Half');
  writeFileSync(join(folder, 'IdentifierCache.0E5A1B7C33D2.json'), '{}');
  const known = { name: 'Front door', category: 17, pin: '482-91-637', setupId: '7OSX' };
  expect(readStoredAccessories(storage)).toEqual([
    { ...known, id: '0E:5A:1B:7C:33:D2', isPaired: false },
    { ...known, id: '0E:5A:1B:7C:33:D3', isPaired: true },
  ]);
});
