import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { PACKED_INSTALL_TIMEOUT_MS, packedInstall } from './packed-install.ts';

test(
  'the packed package is installed once, with its dependencies and without development tools',
  async () => {
    const [first, second] = await Promise.all([packedInstall(), packedInstall()]);
    expect(second.folder).toBe(first.folder);
    expect(existsSync(join(first.packageFolder, 'package.json'))).toBe(true);
    expect(existsSync(join(first.nodeModules, 'mqtt'))).toBe(true);
    expect(existsSync(join(first.nodeModules, 'jest'))).toBe(false);
  },
  PACKED_INSTALL_TIMEOUT_MS,
);
