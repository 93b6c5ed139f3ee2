import { spawnSync } from 'node:child_process';
import { CHROMIUM } from '../test/support/chromium.ts';

/** Programs of the system without which a bench has nothing to measure. */
export type Need = 'ffmpeg' | 'chromium';

const PROGRAMS: Readonly<Record<Need, readonly string[]>> = {
  ffmpeg: ['ffmpeg', '-version'],
  chromium: [CHROMIUM, '--version'],
};

/** What to install before these can be measured; empty when all of it is there. */
export function whatToInstall(needs: readonly Need[], isThere = isInstalled): string[] {
  return needs.filter((need) => !isThere(need)).map((need) => `sudo apt-get install ${need}`);
}

function isInstalled(need: Need): boolean {
  const [program = '', ...words] = PROGRAMS[need];
  return spawnSync(program, words, { stdio: 'ignore' }).status === 0;
}
