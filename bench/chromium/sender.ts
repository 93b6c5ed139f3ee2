import { setTimeout as wait } from 'node:timers/promises';
import { rtpTicksAt } from '../../device/live-stream/picture-maker.ts';
import type { AccessUnit } from '../../media/access-unit.ts';
import { answerQuestions } from '../bench-process.ts';
import { monotonicMs } from '../monotonic.ts';
import { openPlainRtpViewer } from '../fan-out/node-viewers/plain-rtp-viewer.ts';
import { openWeriftViewer } from '../fan-out/node-viewers/werift-viewer.ts';
import type { SenderQuestion, SenderVariant, SentPicture } from './messages.ts';
import { packetsTo } from './packet-sender.ts';
import { openPicam } from './picam-sender.ts';
import { readRecording } from './recording.ts';

/** One way for pictures to a browser. */
export interface PictureSender {
  readonly answer: string;
  send(unit: AccessUnit): void;
}

const PICTURES_PER_SECOND = 30;
const OPEN: Readonly<Record<SenderVariant, (offer: string) => Promise<PictureSender>>> = {
  picam: openPicam,
  'stock werift': async (offer) => packetsTo(await openWeriftViewer(offer)),
  'plain RTP': async (port) => packetsTo(await openPlainRtpViewer(port)),
};

const recording = readRecording();
let sender: PictureSender | undefined;
let pictures = 0;

answerQuestions(async (question: SenderQuestion) => {
  if (question.kind === 'send') return sendFor(question.durationMs);
  sender = await OPEN[question.variant](question.offer);
  return sender.answer;
});

async function sendFor(durationMs: number): Promise<SentPicture[]> {
  const startedAtMs = monotonicMs();
  const count = Math.round((durationMs * PICTURES_PER_SECOND) / 1_000);
  const sent: SentPicture[] = [];
  for (let n = 0; n < count; n += 1) {
    await wait(Math.max(0, startedAtMs + (n * 1_000) / PICTURES_PER_SECOND - monotonicMs()));
    sent.push(sendNext());
  }
  return sent;
}

function sendNext(): SentPicture {
  const recorded = recording[pictures % recording.length];
  if (!recorded) throw new Error('the recording is empty');
  pictures += 1;
  const sentAtMs = monotonicMs();
  const captureTimeUs = Math.round(sentAtMs * 1_000);
  sender?.send({ ...recorded, captureTimeUs });
  return { rtpTimestamp: rtpTicksAt(captureTimeUs), sentAtMs };
}
