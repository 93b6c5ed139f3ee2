import { systemClock } from '../../device/capture/clock.ts';
import { PictureMaker } from '../../device/live-stream/picture-maker.ts';
import { createTally } from '../../device/telemetry/tally.ts';
import type { BenchViewer } from '../fan-out/node-sender-process.ts';
import type { PictureSender } from './sender.ts';

/** A viewer of another kind, given packets made as the product makes them. */
export function packetsTo(viewer: BenchViewer): PictureSender {
  const maker = new PictureMaker(systemClock, createTally());
  return { answer: viewer.answer, send: (unit) => viewer.send(maker.make(unit)) };
}
