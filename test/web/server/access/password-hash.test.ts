import { expect, test } from '@jest/globals';
import { hashPassword, isPasswordHash, isPasswordOf } from '../../../../web/server/access/password-hash.ts';

test('a password is told by its hash, and by no other hash of it', async () => {
  const [one, other] = await Promise.all([hashPassword('a good one'), hashPassword('a good one')]);
  expect(one).not.toBe(other);
  expect(isPasswordHash(one)).toBe(true);
  expect(await isPasswordOf(one, 'a good one')).toBe(true);
  expect(await isPasswordOf(other, 'a good one')).toBe(true);
  expect(await isPasswordOf(one, 'a good one ')).toBe(false);
});

test('what two keyboards write for the same letters is the same password', async () => {
  expect(await isPasswordOf(await hashPassword('Schl\u00fcssel'), 'Schlu\u0308ssel')).toBe(true);
});

test('a hash that Python made is read', async () => {
  // hashlib.scrypt(b'correct horse', salt=b'0123456789abcdef', n=2**14, r=8, p=1, dklen=32)
  const hash = '$scrypt$ln=14,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$0LupyHkzAIgDr9UDsriAAf87vMbCbcaUfDvFOAHk0D0';
  expect(await isPasswordOf(hash, 'correct horse')).toBe(true);
});

test.each([
  '',
  'a good one',
  '$scrypt$ln=15,r=8,p=1$$',
  // Weak, and more than this machine has memory for.
  `$scrypt$ln=4,r=8,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
  `$scrypt$ln=18,r=99,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
])('"%s" is no hash, and no password is right for it', async (text) => {
  expect(isPasswordHash(text)).toBe(false);
  expect(await isPasswordOf(text, '')).toBe(false);
});
