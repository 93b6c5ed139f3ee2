import { BuildError, build, isStale } from '../../development/build.mjs';
import { underLock } from './machine-lock.ts';

const BUILD_TIMEOUT_MS = 120_000;

/** Brings dist/ up to date. Faults of types are `npm run check`'s to judge: what the compiler wrote is tested anyway. */
export async function ensureBuilt(): Promise<void> {
  await underLock('build', BUILD_TIMEOUT_MS, () => {
    if (!isStale()) return;
    try {
      build();
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      console.warn(error.message);
    }
  });
}
