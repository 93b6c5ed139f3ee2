import { LiveViewPeer } from '../../../camera-client/live-view-peer.ts';
import type { ReceivedPacket } from '../../../camera-client/receive-path/track-receiver.ts';
import {
  type DtlsCertificate,
  loadDtlsCertificate,
} from '../../../device/viewer-session/dtls-certificate.ts';
import { RetransmissionRing } from '../../../device/viewer-session/media-path/retransmission-ring.ts';
import type { VideoSender } from '../../../device/viewer-session/media-path/video-sender.ts';
import { parseVideoOffer } from '../../../device/viewer-session/video-offer.ts';
import { ViewerPeer } from '../../../device/viewer-session/viewer-peer.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { type LossyRelay, withoutCandidates } from '../../device/viewer-session/lossy-relay.ts';
import type { TestResources } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';

const CONNECT_TIMEOUT_MS = 10_000;

export interface CameraAndViewer extends OpenedEnds {
  readonly sender: VideoSender;
}

interface OpenedEnds {
  readonly camera: ViewerPeer;
  readonly viewer: LiveViewPeer;
  readonly received: ReceivedPacket[];
  /** What the viewer was told besides packets: `connected`, `silence`, `goodbye` or the words of a failure. */
  readonly events: string[];
  readonly keyframeRequests: () => number;
}

interface Options {
  readonly relay?: LossyRelay;
  readonly firstSequenceNumber?: number;
  /** Default: a new one. */
  readonly certificate?: DtlsCertificate;
}

/** The product's own two ends of a live view, over loopback. */
export async function connectCameraAndViewer(
  resources: TestResources,
  options: Options = {},
): Promise<CameraAndViewer> {
  const ends = await openCameraAndViewer(resources, options);
  const { camera, events } = ends;
  await waitUntil('the viewer', () => events.includes('connected'), CONNECT_TIMEOUT_MS);
  const sender = await waitUntil('the camera', () => camera.sender, CONNECT_TIMEOUT_MS);
  return { ...ends, sender };
}

/** The same, as soon as offer and answer have been exchanged. */
export async function openCameraAndViewer(
  resources: TestResources,
  { relay, firstSequenceNumber, certificate }: Options = {},
): Promise<OpenedEnds> {
  const received: ReceivedPacket[] = [];
  const events: string[] = [];
  let keyframeRequests = 0;
  const viewer = resources.own(
    new LiveViewPeer({
      iceServers: [],
      silentAfterMs: 1_000,
      events: {
        handleConnected: () => events.push('connected'),
        handleVideo: (packet) => received.push(packet),
        handleSilence: () => events.push('silence'),
        handleGoodbye: () => events.push('goodbye'),
        handleFailure: (why) => events.push(why),
      },
    }),
  );
  const offer = await viewer.createOffer();
  const camera = resources.own(
    new ViewerPeer({
      offer: parseVideoOffer(relay ? withoutCandidates(offer) : offer),
      certificate: certificate ?? (await loadDtlsCertificate(undefined, silentLogger)),
      ice: { servers: [], additionalHostAddresses: [] },
      ring: new RetransmissionRing(),
      firstSequenceNumber,
      events: {
        handleConnected: () => undefined,
        handleDisconnected: () => undefined,
        handleKeyframeRequest: () => (keyframeRequests += 1),
        handleCandidate: () => undefined,
      },
    }),
  );
  const answer = await camera.accept(false);
  await viewer.connect(relay ? await relay.stretchInto(answer) : answer);
  return { camera, viewer, received, events, keyframeRequests: () => keyframeRequests };
}
