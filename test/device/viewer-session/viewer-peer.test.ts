import { describe, expect, test } from '@jest/globals';
import { RTCCertificate, type RTCPeerConnection } from 'werift';
import { loadDtlsCertificate } from '../../../device/viewer-session/dtls-certificate.ts';
import { RetransmissionRing } from '../../../device/viewer-session/media-path/retransmission-ring.ts';
import { parseVideoOffer } from '../../../device/viewer-session/video-offer.ts';
import { ViewerPeer } from '../../../device/viewer-session/viewer-peer.ts';
import { endHandshake } from '../../../media/dtls/end-handshake.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { copiedCertificate } from './copied-certificate.ts';
import { createReceiver } from './media-path/werift-receiver.ts';

const resources = resourcesOfEachTest();
const PATIENCE_MS = 20_000;

/** What the camera was told while the viewer tried to connect. */
async function eventsOf(viewer: RTCPeerConnection): Promise<string[]> {
  resources.own(viewer);
  resources.onEnd('its handshake', () => {
    for (const { dtls } of viewer.dtlsTransports) if (dtls) endHandshake(dtls);
  });
  await viewer.setLocalDescription(await viewer.createOffer());
  const events: string[] = [];
  const camera = resources.own(
    new ViewerPeer({
      offer: parseVideoOffer(viewer.localDescription?.sdp ?? ''),
      certificate: await loadDtlsCertificate(undefined, silentLogger),
      ice: { servers: [], additionalHostAddresses: [] },
      ring: new RetransmissionRing(),
      events: {
        handleConnected: () => events.push('connected'),
        handleDisconnected: (reason) => events.push(reason),
        handleKeyframeRequest: () => undefined,
        handleCandidate: () => undefined,
      },
    }),
  );
  const answer = await camera.accept(false);
  await viewer.setRemoteDescription({ type: 'answer', sdp: answer });
  await waitUntil('something to happen', () => events.length > 0, PATIENCE_MS);
  return events;
}

describe("a viewer's connection", () => {
  test('comes about', async () => {
    expect(await eventsOf(createReceiver())).toEqual(['connected']);
  });

  test('is refused to whoever shows a certificate that he only copied', async () => {
    const { keyPem, certificatePem, signatureHash } = await copiedCertificate();
    const viewer = createReceiver(new RTCCertificate(keyPem, certificatePem, signatureHash));
    expect(await eventsOf(viewer)).toEqual(['the encryption could not be agreed on']);
  });

  test('is refused to whoever does not know what was agreed on', async () => {
    const viewer = createReceiver();
    for (const transport of viewer.dtlsTransports) {
      transport.onStateChange.subscribe((state) => {
        if (state !== 'connecting') return;
        queueMicrotask(() =>
          Object.assign(transport.dtls?.cipher ?? {}, { verifyData: () => Buffer.alloc(12) }),
        );
      });
    }
    expect(await eventsOf(viewer)).toEqual(['the encryption could not be agreed on']);
  });
});
