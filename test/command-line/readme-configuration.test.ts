import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { configurationSchema } from '../../command-line/configuration-schema.ts';
import { hashPassword } from '../../web/server/access/password-hash.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const OF_PROMETHEUS = 'scrape_configs:';
const BLOCKS = [...README.matchAll(/^```yaml\n(.*?)^```/gmsu)]
  .map(([, block = '']) => block)
  .filter((block) => !block.startsWith(OF_PROMETHEUS));
/** What a comment proposes instead of a value: `key: value # such as …`. */
const PROPOSAL = /^(\w+:) .* # such as (.*)$/gmu;
const SHORTENED_HASH = /'\$scrypt\$[^']*…'/gu;

test('every configuration in the README, and every proposal beside it, is one that is taken', async () => {
  expect(BLOCKS.length).toBeGreaterThan(3);
  const hash = await hashPassword('long enough');
  const whole = BLOCKS.map((block) => block.replaceAll(SHORTENED_HASH, () => `'${hash}'`));
  const variants = whole.flatMap((block) => [block, block.replaceAll(PROPOSAL, '$1 $2')]);
  const problems = variants.map((yaml) => configurationSchema.safeParse(parse(yaml)).error?.message);
  expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
});
