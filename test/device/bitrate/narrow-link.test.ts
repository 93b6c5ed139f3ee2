import { expect, test } from '@jest/globals';
import { BitrateControl } from '../../../device/bitrate/bitrate-control.ts';
import type { LinkReport } from '../../../device/viewer-session/media-path/link-report.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { installStandInPicamera2 } from '../../support/stand-in-picamera2.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { childrenNamed } from '../child-processes.ts';
import { ChromiumViewer } from '../viewer-session/chromium-viewer.ts';
import { LossyRelay, withoutCandidates } from '../viewer-session/lossy-relay.ts';
import { narrowLink } from '../viewer-session/narrow-link.ts';
import { openSessions } from '../viewer-session/open-sessions.ts';

const resources = resourcesOfEachTest();
const TEST_TIMEOUT_MS = 240_000;
const PATIENCE_MS = 60_000;
const FULL_KBPS = 2_000;
const LINK_KBPS = 1_300;
const WATCHED_PICTURES = 120;

test(
  'Chromium behind a link that is too narrow for the full bit rate gets one that it takes, by the encoder that runs',
  async () => {
    resources.own(installStandInPicamera2('lively'));
    const told: string[] = [];
    const reports: LinkReport[] = [];
    const { source, sessions, liveStream } = await openSessions(resources, {
      source: 'picamera2',
      video: { width: 640, height: 360, bitrateKbps: FULL_KBPS },
      links: {
        handleLinkReport: (session, report) => {
          reports.push(report);
          control.handleLinkReport(session, report);
        },
        handleLinkEnd: (...end) => control.handleLinkEnd(...end),
      },
    });
    const control = resources.own(
      new BitrateControl({
        source,
        stream: liveStream,
        fullKbps: FULL_KBPS,
        logger: { ...silentLogger, info: (message) => told.push(message) },
      }),
    );
    control.open();
    const viewer = await ChromiumViewer.open(resources);
    const relay = resources.own(new LossyRelay(narrowLink(LINK_KBPS)));
    const { sdp } = await sessions.accept('browser', withoutCandidates(await viewer.offer()), false);
    await viewer.connect(await relay.stretchInto(sdp));
    const startedAtMs = performance.now();
    await waitUntil('the cut', () => told.length > 0, PATIENCE_MS);
    const cutAfterMs = performance.now() - startedAtMs;
    const [encoder] = await childrenNamed('python3');
    const isServed = (report: LinkReport) =>
      report.kind === 'loss' && report.lossShare < 0.02 && report.streamKbps < LINK_KBPS;
    await waitUntil('a second with hardly a loss', () => reports.slice(-5).some(isServed), PATIENCE_MS);
    const servedAfterMs = performance.now() - startedAtMs;
    const decoded = async () => (await viewer.statistics())?.framesDecoded ?? 0;
    const before = await decoded();
    await waitUntil(
      'moving pictures',
      async () => (await decoded()) >= before + WATCHED_PICTURES,
      PATIENCE_MS,
    );
    console.log(
      `a link of ${LINK_KBPS} kbit/s: after ${(cutAfterMs / 1000).toFixed(1)} s "${told[0] ?? ''}", without loss after ${(servedAfterMs / 1000).toFixed(1)} s; ${before} pictures shown until then`,
    );
    expect(await childrenNamed('python3')).toEqual([encoder]);
  },
  TEST_TIMEOUT_MS,
);
