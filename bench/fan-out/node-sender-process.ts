import { setTimeout as wait } from 'node:timers/promises';
import type { Picture } from '../../device/live-stream/picture.ts';
import { Rotation } from '../../device/live-stream/rotation.ts';
import { answerQuestions } from '../bench-process.ts';
import type { NodeSenderQuestion } from './messages.ts';
import { BenchStream, PICTURES_PER_SECOND } from './stream.ts';
import type { NodeVariant } from './variants.ts';

/** One viewer, from the sender's side. */
export interface BenchViewer {
  readonly answer: string;
  readonly connected: Promise<void>;
  send(picture: Picture): void;
}

type OpenViewer = (offer: string) => Promise<BenchViewer>;

const stream = new BenchStream();
const rotation = new Rotation();
const viewers: BenchViewer[] = [];

answerQuestions(async (question: NodeSenderQuestion) => {
  if (question.kind === 'send') return sendFor(question.durationMs);
  if (question.kind === 'connect') return Promise.all(viewers.map(({ connected }) => connected));
  const open = await loadViewer(question.variant);
  const opened = await Promise.all(question.offers.map((offer) => open(offer)));
  viewers.push(...opened);
  return opened.map(({ answer }) => answer);
});

/** Only what is measured is loaded: what else is in a process costs memory and time for its garbage. */
async function loadViewer(variant: NodeVariant): Promise<OpenViewer> {
  switch (variant) {
    case 'picam':
      return (await import('./node-viewers/picam-viewer.ts')).openPicamViewer;
    case 'picam, one by one':
      return (await import('./node-viewers/picam-viewer.ts')).openPlainPicamViewer;
    case 'stock werift':
      return (await import('./node-viewers/werift-viewer.ts')).openWeriftViewer;
    case 'node-datachannel':
      return (await import('./node-viewers/node-datachannel-viewer.ts')).openNodeDatachannelViewer;
    case 'floor: dgram + GCM':
      return (await import('./node-viewers/floor-viewer.ts')).openFloorViewer;
    case 'plain RTP':
      return (await import('./node-viewers/plain-rtp-viewer.ts')).openPlainRtpViewer;
  }
}

async function sendFor(durationMs: number): Promise<number> {
  const packetsBefore = stream.packets;
  const startedAtMs = performance.now();
  const pictures = Math.round((durationMs * PICTURES_PER_SECOND) / 1_000);
  for (let n = 0; n < pictures; n += 1) {
    await wait(Math.max(0, startedAtMs + (n * 1_000) / PICTURES_PER_SECOND - performance.now()));
    const picture = stream.next();
    for (const viewer of rotation.next(viewers)) viewer.send(picture);
  }
  return stream.packets - packetsBefore;
}
