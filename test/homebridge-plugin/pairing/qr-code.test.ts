import { expect, test } from '@jest/globals';
import { create } from 'qrcode';
import { qrCode } from '../../../homebridge-plugin/pairing/qr-code.ts';
import { setupUri } from '../../../homebridge-plugin/pairing/setup-uri.ts';

const MASKS = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const uris = ['031-45-154', '482-91-637', '000-00-012', '999-99-998'].map((pin) =>
  setupUri({ pin, category: 17, setupId: '7OSX' }),
);

/** What another maker of QR codes draws for the same text, with each of the eight masks, all of which can be read. */
function drawnByAnother(text: string): boolean[][][] {
  return MASKS.map((maskPattern) => {
    const segments = [{ data: text, mode: 'alphanumeric' as const }];
    const { modules } = create(segments, { version: 1, errorCorrectionLevel: 'M', maskPattern });
    const all = Array.from(modules.data, Boolean);
    return Array.from({ length: modules.size }, (_, row) =>
      all.slice(row * modules.size, (row + 1) * modules.size),
    );
  });
}

test.each(uris)('the QR code of %s is one that others draw', (uri) => {
  expect(drawnByAnother(uri)).toContainEqual(qrCode(uri));
});
