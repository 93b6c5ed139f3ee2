import { setTimeout as wait } from 'node:timers/promises';
import type { Picture } from '../../device/live-stream/picture.ts';
import { Rotation } from '../../device/live-stream/rotation.ts';
import { FLOOR, type Variant } from '../fan-out.ts';
import { answerQuestions } from '../bench-process.ts';
import { openFloorViewer } from './floor-viewer.ts';
import type { SenderQuestion, SenderUse } from './messages.ts';
import { openOwnViewer } from './own-viewer.ts';
import { BenchStream, PICTURES_PER_SECOND } from './stream.ts';
import { openWeriftViewer } from './werift-viewer.ts';

/** One viewer, from the sender's side. */
export interface BenchViewer {
  readonly answer: string;
  readonly connected: Promise<void>;
  send(picture: Picture): void;
}

const SETTLE_MS = 300;
const REST_MS = 700;

const stream = new BenchStream();
let viewers: BenchViewer[] = [];

answerQuestions(async (question: SenderQuestion) => {
  if (question.kind === 'send') return measureSending(question.durationMs);
  const opened = question.offers.map((offer) => open(question.variant, offer));
  viewers = await Promise.all(opened);
  return viewers.map(({ answer }) => answer);
});

function open(variant: Variant, offer: string): Promise<BenchViewer> {
  if (variant === FLOOR) return openFloorViewer(offer);
  return variant === 'picam' ? openOwnViewer(offer) : openWeriftViewer(offer);
}

async function measureSending(durationMs: number): Promise<SenderUse> {
  await Promise.all(viewers.map(({ connected }) => connected));
  await wait(SETTLE_MS);
  const atRest = await cpuShareDuring(() => wait(REST_MS));
  const packetsBefore = stream.packets;
  const busy = await cpuShareDuring(() => sendFor(durationMs));
  await wait(SETTLE_MS);
  return { cpuShare: busy - atRest, packets: stream.packets - packetsBefore };
}

async function sendFor(durationMs: number): Promise<void> {
  const rotation = new Rotation();
  const startedAtMs = performance.now();
  const pictures = Math.round((durationMs * PICTURES_PER_SECOND) / 1_000);
  for (let n = 0; n < pictures; n += 1) {
    await wait(Math.max(0, startedAtMs + (n * 1_000) / PICTURES_PER_SECOND - performance.now()));
    const picture = stream.next();
    for (const viewer of rotation.next(viewers)) viewer.send(picture);
  }
}

async function cpuShareDuring(work: () => Promise<unknown>): Promise<number> {
  const startedAtMs = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / (performance.now() - startedAtMs);
}
