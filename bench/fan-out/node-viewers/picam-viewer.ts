import { createTally } from '../../../device/telemetry/tally.ts';
import { openBursts, type Bursts } from '../../../foundation/bursts/open-bursts.ts';
import { loadDtlsCertificate } from '../../../device/viewer-session/dtls-certificate.ts';
import { RetransmissionRing } from '../../../device/viewer-session/media-path/retransmission-ring.ts';
import { SendTurns } from '../../../device/viewer-session/media-path/send-turns.ts';
import { parseVideoOffer } from '../../../device/viewer-session/video-offer.ts';
import { ViewerPeer } from '../../../device/viewer-session/viewer-peer.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import type { BenchViewer } from '../node-sender-process.ts';

const ring = new RetransmissionRing();
const turns = new SendTurns();
const tally = createTally();
const certificate = loadDtlsCertificate(undefined, silentLogger);

/** The product's own path, from the seam behind the fan-out on. */
export function openPicamViewer(offer: string): Promise<BenchViewer> {
  return open(offer, openBursts('segmented', silentLogger));
}

/** The same where nobody could compile what sends in bursts. */
export function openPlainPicamViewer(offer: string): Promise<BenchViewer> {
  return open(offer);
}

async function open(offer: string, bursts?: Bursts): Promise<BenchViewer> {
  const offered = parseVideoOffer(offer);
  const ownCertificate = await certificate;
  let handleConnected = (): void => undefined;
  const connected = new Promise<void>((resolve) => (handleConnected = resolve));
  const peer = new ViewerPeer({
    offer: offered,
    certificate: ownCertificate,
    ice: { servers: [], additionalHostAddresses: [] },
    ring,
    turns,
    tally,
    bursts,
    events: {
      handleConnected: () => handleConnected(),
      handleDisconnected: (reason) => {
        throw new Error(`a viewer was lost: ${reason}`);
      },
      handleKeyframeRequest: () => undefined,
      handleCandidate: () => undefined,
    },
  });
  const answer = await peer.accept(false);
  return { answer, connected, send: (picture) => peer.sender?.send(picture) };
}
