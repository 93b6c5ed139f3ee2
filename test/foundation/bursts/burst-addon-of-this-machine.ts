import { loadBurstAddon, type BurstAddon } from '../../../foundation/bursts/burst-addon.ts';

/** @throws when the set-up did not compile it. */
export function burstAddonOfThisMachine(): BurstAddon {
  const loaded = loadBurstAddon();
  if (loaded.kind === 'there') return loaded.addon;
  throw new Error(`what sends in bursts was not compiled: ${loaded.reason}`);
}
