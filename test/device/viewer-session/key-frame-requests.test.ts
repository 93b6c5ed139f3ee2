import { expect, test } from '@jest/globals';
import { PictureLossIndication, type RtcpPayloadSpecificFeedback } from 'werift';
import { EmbeddedBroker } from '../../../device/broker/embedded-broker.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { runDevice } from '../running-device.ts';
import { TestViewer } from '../test-viewer.ts';

const resources = resourcesOfEachTest();
/** A machine that is busy with other tests takes its time. */
const PATIENCE_MS = 20_000;
const MEDIA_SSRC = 1;
const FULL_INTRA_REQUEST = 4;

/** RFC 5104 §4.3.1; werift can read it but not be asked to write it. */
const fullIntraRequest = {
  count: FULL_INTRA_REQUEST,
  length: 4,
  serialize: () => Buffer.from([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, MEDIA_SSRC, 7, 0, 0, 0]),
} as unknown as RtcpPayloadSpecificFeedback['feedback'];

test.each([
  ['a picture loss indication', new PictureLossIndication({ senderSsrc: 1, mediaSsrc: MEDIA_SSRC })],
  ['a full intra request', fullIntraRequest],
])(
  '%s becomes a request for a key frame',
  async (_, feedback) => {
    const broker = resources.own(new EmbeddedBroker({ host: '127.0.0.1', port: 0, logger: silentLogger }));
    await broker.open();
    const { requests, id, source } = await runDevice(resources, broker.url);
    const viewer = resources.own(new TestViewer({ requests, device: id }));
    await viewer.open();
    await waitUntil('the camera to run', () => source.running, PATIENCE_MS);
    source.keyframe();
    await waitUntil(
      'the key frame to arrive',
      () => {
        source.picture();
        return viewer.packets.length > 0;
      },
      PATIENCE_MS,
    );
    const before = source.keyframeRequests;
    await viewer.sendFeedback(feedback);
    await waitUntil('the request at the camera', () => source.keyframeRequests > before, PATIENCE_MS);
    expect(source.keyframeRequests).toBe(before + 1);
  },
  60_000,
);
