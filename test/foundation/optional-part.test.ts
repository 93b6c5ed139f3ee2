import { expect, test } from '@jest/globals';
import { loadOptionalPart } from '../../foundation/optional-part.ts';

function failingWith(code: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error('no'), { code }));
}

test('a part that is there is what is loaded', async () => {
  expect(await loadOptionalPart('The web page', () => Promise.resolve('the part'))).toBe('the part');
});

test('a part whose packages were left out says so, and what to do', async () => {
  const loading = loadOptionalPart('The web page', failingWith('ERR_MODULE_NOT_FOUND'));
  await expect(loading).rejects.toMatchObject({
    name: 'PartLeftOutError',
    message: expect.stringMatching(/^The web page needs packages .*--omit=optional/u),
  });
});

test('a part that fails in another way fails with that', async () => {
  await expect(loadOptionalPart('The web page', failingWith('EACCES'))).rejects.toMatchObject({
    code: 'EACCES',
  });
});
