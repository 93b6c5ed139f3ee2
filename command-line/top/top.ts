import { describeError } from '../../foundation/logger.ts';
import { brokerOfThisMachine } from '../broker-of-this-machine.ts';
import type { Configuration } from '../configuration-schema.ts';
import { untilToldToEnd } from '../signals.ts';
import { FleetConnection } from './fleet-connection.ts';
import { LiveView } from './live-view.ts';
import { NothingToShowError, readOnce } from './read-once.ts';
import { readingsJson } from './readings-json.ts';
import { viewLines } from './view-lines.ts';

const DEFAULT_COLUMNS = 80;

export interface TopOptions {
  /** Print once and end, as also without a terminal. */
  readonly once: boolean;
  readonly json: boolean;
  /** Absent: every camera on the broker. */
  readonly only: string | undefined;
}

/**
 * Shows how the cameras on the broker are; true when there was something to show.
 *
 * Without a configured broker it looks at the one that plain `picam` has on this machine.
 */
export async function showTop(configuration: Configuration, options: TopOptions): Promise<boolean> {
  const { only } = options;
  const broker = brokerOfThisMachine(configuration);
  const fleet = new FleetConnection({ broker, prefix: configuration.prefix, only });
  try {
    fleet.open();
    if (options.once || options.json || !process.stdout.isTTY) await print(fleet, options);
    else await showUntilTold(fleet, only);
    return true;
  } catch (error) {
    console.error(error instanceof NothingToShowError ? error.message : describeError(error));
    return false;
  } finally {
    await fleet.close();
  }
}

async function print(fleet: FleetConnection, { json, only }: TopOptions): Promise<void> {
  const readings = await readOnce(fleet, only);
  const columns = process.stdout.columns || DEFAULT_COLUMNS;
  const text = json
    ? readingsJson(fleet.url, readings)
    : `${viewLines(readings, only, columns).join('\n')}\n`;
  await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
}

async function showUntilTold(fleet: FleetConnection, only: string | undefined): Promise<void> {
  const view = new LiveView(fleet, only);
  try {
    view.open();
    await Promise.race([view.quit, untilToldToEnd()]);
  } finally {
    view.close();
  }
}
