import {
  RTCPeerConnection,
  RTCRtpCodecParameters,
  RTCRtpHeaderExtensionParameters,
  type RTCCertificate,
  useH264,
  type RtpPacket,
} from 'werift';
import { loadDtlsCertificate } from '../../../../device/viewer-session/dtls-certificate.ts';
import { PLAYOUT_DELAY_URI } from '../../../../device/viewer-session/media-path/playout-delay.ts';
import { RetransmissionRing } from '../../../../device/viewer-session/media-path/retransmission-ring.ts';
import type { VideoSender } from '../../../../device/viewer-session/media-path/video-sender.ts';
import { parseVideoOffer } from '../../../../device/viewer-session/video-offer.ts';
import { ViewerPeer } from '../../../../device/viewer-session/viewer-peer.ts';
import { silentLogger } from '../../../../foundation/logger.ts';
import type { TestResources } from '../../../support/resources.ts';
import { waitUntil } from '../../../support/wait-until.ts';
import { type LossyRelay, withoutCandidates } from '../lossy-relay.ts';

const CONNECT_TIMEOUT_MS = 8_000;
const MAX_ATTEMPTS = 3;

export interface ConnectedPair {
  readonly sender: VideoSender;
  readonly peer: ViewerPeer;
  readonly answer: string;
  readonly received: RtpPacket[];
  readonly receiver: RTCPeerConnection;
  readonly keyframeRequests: () => number;
}

interface PairOptions {
  readonly relay?: LossyRelay;
  readonly ring?: RetransmissionRing;
  readonly firstSequenceNumber?: number;
  /** Gets the receiver when it has found its candidates and nobody knows them yet. */
  readonly beforeOffer?: (receiver: RTCPeerConnection) => void;
}

/**
 * The device's end of a connection and a werift receiver, both in this process.
 *
 * When the process stands still for half a second, the receiver repeats its first DTLS flight and werift's handshake
 * with itself fails over the doubled answers; then another pair is made. A relay can be used for one pair only.
 */
export async function connectedPair(
  resources: TestResources,
  options: PairOptions = {},
): Promise<ConnectedPair> {
  const attempts = options.relay ? 1 : MAX_ATTEMPTS;
  for (let attempt = 1; attempt < attempts; attempt += 1) {
    const pair = await connectPair(resources, options).catch(() => undefined);
    if (pair) return pair;
  }
  return await connectPair(resources, options);
}

async function connectPair(
  resources: TestResources,
  { relay, ring = new RetransmissionRing(), firstSequenceNumber, beforeOffer }: PairOptions,
): Promise<ConnectedPair> {
  const receiver = createReceiver();
  resources.own(receiver);
  const received: RtpPacket[] = [];
  receiver.onTrack.subscribe((track) => {
    track.onReceiveRtp.subscribe((packet) => received.push(packet));
  });
  await receiver.setLocalDescription(await receiver.createOffer());
  beforeOffer?.(receiver);
  const offer = receiver.localDescription?.sdp ?? '';
  let keyframeRequests = 0;
  const peer = new ViewerPeer({
    offer: parseVideoOffer(relay ? withoutCandidates(offer) : offer),
    certificate: await loadDtlsCertificate(undefined, silentLogger),
    ice: { servers: [], additionalHostAddresses: [] },
    ring,
    firstSequenceNumber,
    events: {
      handleConnected: () => undefined,
      handleDisconnected: () => undefined,
      handleKeyframeRequest: () => (keyframeRequests += 1),
      handleCandidate: () => undefined,
    },
  });
  resources.own(peer);
  const answer = await peer.accept(false);
  const sdp = relay ? await relay.stretchInto(answer) : answer;
  await receiver.setRemoteDescription({ type: 'answer', sdp });
  const sender = await waitUntil('the connection', () => peer.sender, CONNECT_TIMEOUT_MS);
  await waitUntil('the viewer', () => receiver.connectionState === 'connected', CONNECT_TIMEOUT_MS);
  return { sender, peer, answer, received, receiver, keyframeRequests: () => keyframeRequests };
}

/** Somebody who wants to see one video; nobody on the internet is asked for anything. */
export function createReceiver(certificate?: RTCCertificate): RTCPeerConnection {
  const receiver = new RTCPeerConnection({
    ...(certificate && { certificates: [certificate] }),
    codecs: {
      audio: [],
      video: [
        useH264({
          parameters: 'profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1',
          rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }],
        }),
        new RTCRtpCodecParameters({ mimeType: 'video/rtx', clockRate: 90_000 }),
      ],
    },
    headerExtensions: { video: [new RTCRtpHeaderExtensionParameters({ uri: PLAYOUT_DELAY_URI })] },
    bundlePolicy: 'max-bundle',
  });
  receiver.addTransceiver('video', { direction: 'recvonly' });
  for (const { connection } of receiver.iceTransports as { connection: { stunServer?: unknown } }[]) {
    connection.stunServer = undefined;
  }
  return receiver;
}
