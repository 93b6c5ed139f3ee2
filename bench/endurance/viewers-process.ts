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

let viewers: Viewer[] = [];

answerQuestions(async (question: ViewersQuestion) => {
  switch (question.kind) {
    case 'offer':
      viewers = Array.from({ length: question.n }, openViewer);
      return Promise.all(viewers.map(({ peer }) => peer.createOffer()));
    case 'connect':
      await Promise.all(viewers.map(({ peer }, n) => peer.connect(question.answers[n] ?? '')));
      return withTimeout(Promise.all(viewers.map(({ connected }) => connected)), CONNECT_TIMEOUT_MS, 'ICE');
    case 'seen':
      return viewers.map((viewer) => viewer.seen());
  }
});

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
