import { DelayHistogram } from './delay-histogram.ts';

/**
 * What has happened since the daemon started. Each part of the device adds what it does itself, in plain numbers: they
 * stand on the path of every picture. `contract/device-statistics.ts` says what each of them means.
 */
export interface Tally {
  readonly source: { starts: number; restarts: number; failures: number };
  readonly video: { pictures: number; keyframes: number; bytes: number };
  readonly keyframeRequests: { asked: number; passed: number };
  readonly views: { accepted: number; connected: number; refused: number };
  readonly droppedPictures: { slowViewer: number; pacing: number };
  readonly sent: { packets: number; bytes: number; packetsAskedAgain: number; packetsSentAgain: number };
  readonly snapshots: { taken: number; failed: number };
  readonly recordings: { begun: number; failed: number };
  readonly delays: Record<DelayStage, DelayHistogram>;
}

export type DelayStage = 'ready' | 'sent' | 'total';

export function createTally(): Tally {
  return {
    source: { starts: 0, restarts: 0, failures: 0 },
    video: { pictures: 0, keyframes: 0, bytes: 0 },
    keyframeRequests: { asked: 0, passed: 0 },
    views: { accepted: 0, connected: 0, refused: 0 },
    droppedPictures: { slowViewer: 0, pacing: 0 },
    sent: { packets: 0, bytes: 0, packetsAskedAgain: 0, packetsSentAgain: 0 },
    snapshots: { taken: 0, failed: 0 },
    recordings: { begun: 0, failed: 0 },
    delays: { ready: new DelayHistogram(), sent: new DelayHistogram(), total: new DelayHistogram() },
  };
}
