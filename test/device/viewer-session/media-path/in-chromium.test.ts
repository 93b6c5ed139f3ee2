import { expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { createSource } from '../../../../device/capture/open-source.ts';
import { loadDtlsCertificate } from '../../../../device/viewer-session/dtls-certificate.ts';
import type { LinkReport } from '../../../../device/viewer-session/media-path/link-report.ts';
import { ViewerSessions } from '../../../../device/viewer-session/viewer-sessions.ts';
import { LiveStream } from '../../../../device/live-stream/live-stream.ts';
import { createTally } from '../../../../device/telemetry/tally.ts';
import { silentLogger } from '../../../../foundation/logger.ts';
import { launchChromium } from '../../../support/chromium.ts';
import { resourcesOfEachTest } from '../../../support/resources.ts';
import { waitUntil } from '../../../support/wait-until.ts';
import { LossyRelay, lossOf, withoutCandidates } from '../lossy-relay.ts';

const resources = resourcesOfEachTest();
const TEST_TIMEOUT_MS = 90_000;
const WATCHED_PICTURES = 160;
const ESTIMATE_TIMEOUT_MS = 20_000;
const RECORDING = fileURLToPath(new URL('../../../data/rpicam/recommended-720p30.h264', import.meta.url));
const VIDEO = { width: 1280, height: 720, fps: 30, bitrateKbps: 2_000, keyframeIntervalS: 2 };

test(
  'Chromium shows every picture of a stream that loses two packets in a hundred',
  async () => {
    const relay = resources.own(new LossyRelay(lossOf(0.02, 60)));
    const reports: LinkReport[] = [];
    const sessions = await sessionsOf(`file:${RECORDING}`, reports);
    const browser = resources.own(await launchChromium());
    const page = await browser.newPage();
    const offer = await page.evaluate(offerVideo);
    const { sdp } = await sessions.accept('browser', withoutCandidates(offer), false);
    const answer = await relay.stretchInto(sdp);
    const watched = await page.evaluate(watch, { answer, pictures: WATCHED_PICTURES });
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

async function sessionsOf(source: string, reports: LinkReport[]): Promise<ViewerSessions> {
  const liveStream = resources.own(
    new LiveStream({ source: createSource(source, VIDEO, silentLogger), logger: silentLogger }),
  );
  const context = {
    liveStream,
    certificate: await loadDtlsCertificate(undefined, silentLogger),
    ice: { servers: [], additionalHostAddresses: [] },
    logger: silentLogger,
    tally: createTally(),
    links: {
      handleLinkReport: (_session: string, report: LinkReport) => void reports.push(report),
      handleLinkEnd: () => undefined,
    },
    push: () => undefined,
  };
  return resources.own(new ViewerSessions({ context, maxViewers: 2 }));
}

function isEstimate(report: LinkReport): report is LinkReport & { readonly kind: 'estimate' } {
  return report.kind === 'estimate';
}

/* What follows runs inside the browser; the compiler of the tests knows no DOM, so it is said here in a few words. */

interface Statistics {
  readonly type: string;
  readonly framesDecoded: number;
  readonly framesReceived: number;
  readonly pliCount: number;
  readonly retransmittedPacketsReceived: number;
}
interface Video {
  srcObject: unknown;
  muted: boolean;
  readonly videoWidth: number;
  play(): Promise<void>;
}
interface Connection {
  readonly localDescription: { readonly sdp: string };
  readonly iceGatheringState: string;
  ontrack: (event: { readonly track: unknown }) => void;
  addTransceiver(kind: string, options: { direction: string }): void;
  setLocalDescription(): Promise<void>;
  setRemoteDescription(description: { type: string; sdp: string }): Promise<void>;
  getStats(): Promise<Map<string, Statistics>>;
}
declare const RTCPeerConnection: new () => Connection;
declare const MediaStream: new (tracks: unknown[]) => unknown;
declare const document: { readonly body: { append(video: Video): void }; createElement(name: string): Video };
declare const window: { connection: Connection; video: Video };

async function offerVideo(): Promise<string> {
  const connection = new RTCPeerConnection();
  const video = document.createElement('video');
  video.muted = true;
  document.body.append(video);
  connection.addTransceiver('video', { direction: 'recvonly' });
  connection.ontrack = ({ track }) => {
    video.srcObject = new MediaStream([track]);
    void video.play();
  };
  Object.assign(window, { connection, video });
  await connection.setLocalDescription();
  while (connection.iceGatheringState !== 'complete') await new Promise((resolve) => setTimeout(resolve, 20));
  return connection.localDescription.sdp;
}

/** Until so many pictures were shown; the test's own time-out ends it when they never are. */
async function watch({ answer, pictures }: { answer: string; pictures: number }) {
  const { connection, video } = window;
  await connection.setRemoteDescription({ type: 'answer', sdp: answer });
  for (;;) {
    const statistics = [...(await connection.getStats()).values()];
    const inbound = statistics.find(({ type }) => type === 'inbound-rtp');
    if (inbound && inbound.framesDecoded >= pictures) {
      const { framesDecoded, framesReceived, pliCount, retransmittedPacketsReceived } = inbound;
      return {
        framesDecoded,
        framesReceived,
        pliCount,
        retransmittedPacketsReceived,
        width: video.videoWidth,
      };
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
