import { expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import type { LinkReport } from '../../../../device/viewer-session/media-path/link-report.ts';
import { resourcesOfEachTest } from '../../../support/resources.ts';
import { waitUntil } from '../../../support/wait-until.ts';
import { ChromiumViewer } from '../chromium-viewer.ts';
import { LossyRelay, lossOf, withoutCandidates } from '../lossy-relay.ts';
import { openSessions } from '../open-sessions.ts';

const resources = resourcesOfEachTest();
const TEST_TIMEOUT_MS = 90_000;
const WATCH_TIMEOUT_MS = 60_000;
const ESTIMATE_TIMEOUT_MS = 20_000;
const WATCHED_PICTURES = 160;
const RECORDING = fileURLToPath(new URL('../../../data/rpicam/recommended-720p30.h264', import.meta.url));

test(
  'Chromium shows every picture of a stream that loses two packets in a hundred, and tells about its link',
  async () => {
    const relay = resources.own(new LossyRelay(lossOf(0.02, 60)));
    const reports: LinkReport[] = [];
    const links = {
      handleLinkReport: (_: string, report: LinkReport) => void reports.push(report),
      handleLinkEnd: () => undefined,
    };
    const { sessions } = await openSessions(resources, { source: `file:${RECORDING}`, links });
    const viewer = await ChromiumViewer.open(resources);
    const { sdp } = await sessions.accept('browser', withoutCandidates(await viewer.offer()), false);
    await viewer.connect(await relay.stretchInto(sdp));
    const hasWatched = async () => {
      const statistics = await viewer.statistics();
      return (statistics?.framesDecoded ?? 0) >= WATCHED_PICTURES && statistics;
    };
    const watched = await waitUntil('the pictures', hasWatched, WATCH_TIMEOUT_MS);
    expect(relay.lostPackets).toBeGreaterThan(5);
    expect(watched.framesReceived - watched.framesDecoded).toBeLessThan(WATCHED_PICTURES / 20);
    // Whoever cannot repair a picture asks for a key frame.
    expect(watched).toMatchObject({ pliCount: 0, width: 1280 });
    expect(watched.retransmittedPacketsReceived).toBeGreaterThan(relay.lostPackets / 2);
    // Chromium sends estimates only to whoever offers to take them, and only after five seconds.
    const estimate = await waitUntil('an estimate', () => reports.find(isEstimate), ESTIMATE_TIMEOUT_MS);
    expect(estimate.estimateKbps).toBeGreaterThan(estimate.streamKbps / 2);
    expect(reports.some(({ kind }) => kind === 'loss')).toBe(true);
  },
  TEST_TIMEOUT_MS,
);

function isEstimate(report: LinkReport): report is LinkReport & { readonly kind: 'estimate' } {
  return report.kind === 'estimate';
}
