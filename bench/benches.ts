import type { Bench } from './bench.ts';
import { chromium } from './chromium.ts';
import { click } from './click.ts';
import { endurance } from './endurance.ts';
import { fanOut } from './fan-out.ts';
import { homeStart } from './home-start.ts';
import { memory } from './memory.ts';
import { mqtt } from './mqtt.ts';

/** All that `npm run bench` runs, in this order. */
export const BENCHES: readonly Bench[] = [fanOut, chromium, click, homeStart, mqtt, memory, endurance];
