import { systemClock } from '../../device/capture/clock.ts';
import { PictureMaker } from '../../device/live-stream/picture-maker.ts';
import { createTally } from '../../device/telemetry/tally.ts';
import { openWeriftViewer } from '../fan-out/node-viewers/werift-viewer.ts';
import type { PictureSender } from './sender.ts';

/** werift as it comes, given packets made as the product makes them. */
export async function openStockWerift(offer: string): Promise<PictureSender> {
  const maker = new PictureMaker(systemClock, createTally());
  const viewer = await openWeriftViewer(offer);
  return { answer: viewer.answer, send: (unit) => viewer.send(maker.make(unit)) };
}
