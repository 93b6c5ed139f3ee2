import { setImmediate } from 'node:timers/promises';
import {
  MediaStreamTrack,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  RtpHeader,
  RtpPacket,
  type RtcpPacket,
  useH264,
} from 'werift';
import { LiveViewPeer } from '../../../camera-client/live-view-peer.ts';
import type { ReceivedPacket } from '../../../camera-client/receive-path/track-receiver.ts';
import { type LossyRelay, withoutCandidates } from '../../device/viewer-session/lossy-relay.ts';
import type { TestResources } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const FORMAT = 'profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1';

interface Options {
  readonly relay?: LossyRelay;
  /** DTLS-SRTP protection profiles the camera knows. Default: all that werift knows. */
  readonly srtpProfiles?: readonly number[];
}

/** A camera made of plain werift, and our viewer. */
export async function connectWeriftCamera(resources: TestResources, { relay, srtpProfiles }: Options) {
  const received: ReceivedPacket[] = [];
  const events: string[] = [];
  const viewer = resources.own(
    new LiveViewPeer({
      iceServers: [],
      silentAfterMs: 10_000,
      events: {
        handleConnected: () => events.push('connected'),
        handleVideo: (packet) => received.push(packet),
        handleSilence: () => events.push('silence'),
        handleGoodbye: () => events.push('goodbye'),
        handleFailure: (why) => events.push(why),
      },
    }),
  );
  const camera = resources.own(createCamera());
  const track = new MediaStreamTrack({ kind: 'video' });
  const { sender } = camera.addTransceiver(track, { direction: 'sendonly' });
  const offer = await viewer.createOffer();
  await camera.setRemoteDescription({ type: 'offer', sdp: relay ? unreachable(offer) : offer });
  for (const transport of camera.dtlsTransports) if (srtpProfiles) Object.assign(transport, { srtpProfiles });
  for (const { connection } of camera.iceTransports) Object.assign(connection, { stunServer: undefined });
  const answer = await camera.createAnswer();
  await camera.setLocalDescription({
    type: 'answer',
    sdp: answer.sdp.replaceAll('setup:active', 'setup:passive'),
  });
  const sdp = camera.localDescription?.sdp ?? '';
  await viewer.connect(relay ? await relay.stretchInto(sdp) : sdp);
  await waitUntil('the viewer', () => events.includes('connected'), CONNECT_TIMEOUT_MS);
  await waitUntil('the camera', () => camera.connectionState === 'connected', CONNECT_TIMEOUT_MS);
  const told: RtcpPacket[] = [];
  for (const transport of camera.dtlsTransports) transport.onRtcp.subscribe((packet) => told.push(packet));
  let timestamp = 0;
  return {
    received,
    /** What the viewer told the camera. */
    told,
    sendPacket: async (sequenceNumber: number, payload: Buffer) => {
      timestamp += 900;
      const header = new RtpHeader({ sequenceNumber: sequenceNumber & 0xffff, timestamp, payloadType: 96 });
      await sender.sendRtp(new RtpPacket(header, payload));
      // Both ends share this process; the other must have time to read.
      await setImmediate();
    },
  };
}

function unreachable(offer: string): string {
  return withoutCandidates(offer).replace(/^a=end-of-candidates\r\n/mu, '');
}

function createCamera(): RTCPeerConnection {
  return new RTCPeerConnection({
    codecs: {
      audio: [],
      video: [
        useH264({ parameters: FORMAT, rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }] }),
        new RTCRtpCodecParameters({ mimeType: 'video/rtx', clockRate: 90_000 }),
      ],
    },
    bundlePolicy: 'max-bundle',
  });
}
