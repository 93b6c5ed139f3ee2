import { setTimeout as wait } from 'node:timers/promises';
import type { Source, SourceSink } from '../../device/capture/source.ts';
import { LiveStream } from '../../device/live-stream/live-stream.ts';
import { createTally } from '../../device/telemetry/tally.ts';
import { openBursts } from '../../foundation/bursts/open-bursts.ts';
import { loadDtlsCertificate } from '../../device/viewer-session/dtls-certificate.ts';
import { ViewerSessions } from '../../device/viewer-session/viewer-sessions.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { withoutCandidates } from '../../test/device/viewer-session/lossy-relay.ts';
import { answerQuestions } from '../bench-process.ts';
import { monotonicMs } from '../monotonic.ts';
import type { DeviceQuestion, Played } from './messages.ts';
import { makeNumberedPicture, PICTURES_PER_SECOND } from './numbered-pictures.ts';

const MOST_VIEWERS = 100;

let sink: SourceSink | undefined;
let wantsKeyframe = false;
let pictures = 0;
const source: Source = {
  description: 'numbered pictures',
  start: (given) => (sink = given),
  stop: () => Promise.resolve(),
  requestKeyframe: () => (wantsKeyframe = true),
};
const tally = createTally();
let sessions: ViewerSessions | undefined;

answerQuestions((question: DeviceQuestion) => {
  if (question.kind === 'play') return play(question.durationMs);
  return answer(question.offers, question.firstSequenceNumber);
});

async function answer(offers: readonly string[], firstSequenceNumber: number | undefined): Promise<string[]> {
  sessions ??= await openSessions(firstSequenceNumber);
  const answers: string[] = [];
  for (const offer of offers) {
    const { sdp } = await sessions.accept(`viewer-${sessions.count}`, withoutCandidates(offer), false);
    answers.push(sdp);
  }
  return answers;
}

/** The product as it runs on a camera, but for what brings the pictures. */
async function openSessions(firstSequenceNumber: number | undefined): Promise<ViewerSessions> {
  return new ViewerSessions({
    maxViewers: MOST_VIEWERS,
    context: {
      liveStream: new LiveStream({ source, logger: silentLogger, tally }),
      certificate: await loadDtlsCertificate(undefined, silentLogger),
      ice: { servers: [], additionalHostAddresses: [] },
      logger: silentLogger,
      tally,
      bursts: openBursts('segmented', silentLogger),
      firstSequenceNumber,
      push: () => undefined,
    },
  });
}

async function play(durationMs: number): Promise<Played> {
  const startedAtMs = performance.now();
  const count = Math.round((durationMs * PICTURES_PER_SECOND) / 1_000);
  for (let n = 0; n < count; n += 1) {
    await wait(Math.max(0, startedAtMs + (n * 1_000) / PICTURES_PER_SECOND - performance.now()));
    const picture = makeNumberedPicture(pictures, monotonicMs(), wantsKeyframe);
    wantsKeyframe = false;
    pictures += 1;
    sink?.handleAccessUnit(picture);
  }
  return {
    pictures: count,
    viewers: sessions?.count ?? 0,
    packetsSentAgain: tally.sent.packetsSentAgain,
  };
}
