import { LiveViewPeer } from '../../camera-client/live-view-peer.ts';
import { H264Depacketizer } from '../../media/h264-depacketizer.ts';
import { withTimeout } from '../../foundation/time-out.ts';
import { answerQuestions } from '../bench-process.ts';
import { monotonicMs } from '../monotonic.ts';
import type { Seen, ViewersQuestion } from './messages.ts';
import { readStamp } from './numbered-pictures.ts';
import { ShownPictures } from './shown-pictures.ts';

const CONNECT_TIMEOUT_MS = 30_000;
const SILENT_AFTER_MS = 5_000;

interface Viewer {
  readonly peer: LiveViewPeer;
  readonly connected: Promise<void>;
  seen(): Seen;
}

const viewers: Viewer[] = [];

answerQuestions(async (question: ViewersQuestion) => {
  switch (question.kind) {
    case 'offer': {
      const opened = Array.from({ length: question.n }, openViewer);
      viewers.push(...opened);
      return Promise.all(opened.map(({ peer }) => peer.createOffer()));
    }
    case 'connect':
      return connect(question.answers);
    case 'seen':
      return viewers.map((viewer) => viewer.seen());
  }
});

async function connect(answers: readonly string[]): Promise<void> {
  const newest = viewers.slice(-answers.length);
  await Promise.all(newest.map(({ peer }, n) => peer.connect(answers[n] ?? '')));
  const connected = Promise.all(newest.map((viewer) => viewer.connected));
  await withTimeout(connected, CONNECT_TIMEOUT_MS, 'connecting');
}

/** The product's own receiver, as Homebridge has it. */
function openViewer(): Viewer {
  const depacketizer = new H264Depacketizer();
  const shown = new ShownPictures();
  let handleConnected = (): void => undefined;
  let ended: string | undefined;
  const connected = new Promise<void>((resolve) => (handleConnected = resolve));
  const peer = new LiveViewPeer({
    iceServers: [],
    silentAfterMs: SILENT_AFTER_MS,
    events: {
      handleConnected: () => handleConnected(),
      handleVideo: ({ index, ...packet }) => {
        for (const unit of depacketizer.push({ ...packet, sequenceNumber: index & 0xffff })) {
          const stamp = readStamp(unit);
          if (stamp) shown.add(stamp, monotonicMs());
        }
      },
      handleSilence: () => (ended = 'nothing came any more'),
      handleGoodbye: () => (ended = 'the camera ended it'),
      handleFailure: (why) => (ended = why),
    },
  });
  return { peer, connected, seen: () => shown.take(ended) };
}
