import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { copiedCertificate } from '../device/viewer-session/copied-certificate.ts';
import { packetNumber, takePictures } from '../device/viewer-session/media-path/made-pictures.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { activeTimers } from '../support/timers.ts';
import { waitUntil } from '../support/wait-until.ts';
import { connectCameraAndViewer, openCameraAndViewer } from './receive-path/camera-and-viewer.ts';

const resources = resourcesOfEachTest();
const PATIENCE_MS = 20_000;
const TIMERS_MS = 8_000;

describe('the connection of a live view', () => {
  let atRest = 0;

  beforeAll(() => {
    atRest = activeTimers();
  });

  test('brings every packet as it was sent, across the roll-over', async () => {
    const { sender, received } = await connectCameraAndViewer(resources, { firstSequenceNumber: 65_400 });
    for (const [n, picture] of takePictures(10, { packets: 50, payloadBytes: 8 }).entries()) {
      sender.send(picture);
      await waitUntil('its packets', () => received.length === (n + 1) * 50, PATIENCE_MS);
    }
    expect(received.map(({ index }) => index)).toEqual(received.map((_, n) => 65_400 + n));
    expect(received.map(({ payload }) => packetNumber(payload))).toEqual(received.map((_, n) => n));
  });

  test('tells the camera of its round trip and loss', async () => {
    const { sender } = await connectCameraAndViewer(resources);
    for (const picture of takePictures(5)) sender.send(picture);
    await waitUntil('a round trip', () => sender.statistics.roundTripMs !== undefined, PATIENCE_MS);
    expect(sender.statistics.fractionLost).toBe(0);
  });

  test('asks for a key frame', async () => {
    const { sender, viewer, received, keyframeRequests } = await connectCameraAndViewer(resources);
    for (const picture of takePictures(1)) sender.send(picture);
    await waitUntil('a packet', () => received.length > 0, PATIENCE_MS);
    viewer.requestKeyframe();
    await waitUntil('the request', () => keyframeRequests() > 0, PATIENCE_MS);
  });

  test('is refused to whoever shows the certificate of the camera and does not hold its key', async () => {
    const { certificatePem, keyPem } = await copiedCertificate();
    const fingerprint = new X509Certificate(certificatePem).fingerprint256;
    const certificate = { certificatePem, keyPem, fingerprint };
    const { events } = await openCameraAndViewer(resources, { certificate });
    await waitUntil('the end', () => events.length > 0, PATIENCE_MS);
    expect(events).toEqual(['the encryption could not be agreed on']);
  });

  test('that could not be agreed on leaves no timer behind, on neither end', async () => {
    const { certificatePem, keyPem } = await copiedCertificate();
    const certificate = {
      certificatePem,
      keyPem,
      fingerprint: new X509Certificate(certificatePem).fingerprint256,
    };
    const { camera, viewer, events } = await openCameraAndViewer(resources, { certificate });
    await waitUntil('the end', () => events.length > 0, PATIENCE_MS);
    await Promise.all([camera.close(), viewer.close()]);
    // Left alone, werift would send its part of the handshake again for half a minute.
    await waitUntil('the timers to be gone', () => activeTimers() <= atRest, TIMERS_MS);
  });

  test('hears the goodbye of a camera that ends it', async () => {
    const { camera, events } = await connectCameraAndViewer(resources);
    await camera.close();
    await waitUntil('the goodbye', () => events.includes('goodbye'), PATIENCE_MS);
    expect(events).toEqual(['connected', 'goodbye']);
  });
});
