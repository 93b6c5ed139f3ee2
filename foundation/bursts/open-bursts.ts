import type { Logger } from '../logger.ts';
import { loadBurstAddon, type BurstAddon, type LoadedAddon } from './burst-addon.ts';

/**
 * How a picture's packets leave: `segmented` as large datagrams that the kernel cuts, `list` as a list for the kernel,
 * `off` one by one. The last two are for networks that lose what was cut.
 */
export const BURST_MODES = ['segmented', 'list', 'off'] as const;
export type BurstMode = (typeof BURST_MODES)[number];

/** What sends in bursts, for all viewers of a device. */
export interface Bursts {
  readonly addon: BurstAddon;
  readonly canSegment: boolean;
}

/** @returns undefined where packets go out one by one. */
export function openBursts(
  mode: BurstMode,
  logger: Logger,
  load: () => LoadedAddon = loadBurstAddon,
): Bursts | undefined {
  if (mode === 'off') return undefined;
  const loaded = load();
  if (loaded.kind === 'there') return { addon: loaded.addon, canSegment: mode === 'segmented' };
  logger.info(`packets leave one by one, which takes more of the processor: ${loaded.reason}`);
  return undefined;
}
