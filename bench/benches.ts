import type { Bench } from './bench.ts';
import { chromium } from './chromium.ts';
import { click } from './click.ts';
import { endurance } from './endurance.ts';
import { fanOut } from './fan-out.ts';
import { homeLeg } from './home-leg.ts';
import { homeStart } from './home-start.ts';
import { memory } from './memory.ts';
import { mqtt } from './mqtt.ts';
import { robot } from './robot.ts';

/** All that `npm run bench` runs, in this order. */
export const BENCHES: readonly Bench[] = [
  fanOut,
  chromium,
  click,
  homeStart,
  homeLeg,
  mqtt,
  robot,
  memory,
  endurance,
];
