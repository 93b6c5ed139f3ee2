import { expect, test } from '@jest/globals';
import { createSource } from '../../../device/capture/open-source.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { sequenceDistance } from '../../../media/rtp-sequence.ts';
import { startEmbeddedBroker } from '../../support/embedded-broker.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { installStandInPicamera2 } from '../../support/stand-in-picamera2.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { childrenNamed } from '../child-processes.ts';
import { connectedViewer } from '../connected-viewer.ts';
import { runDevice } from '../running-device.ts';
import type { TestViewer } from '../test-viewer.ts';

const resources = resourcesOfEachTest();
const TEST_TIMEOUT_MS = 120_000;
const PATIENCE_MS = 30_000;
const VIDEO = { width: 640, height: 360, fps: 30, bitrateKbps: 2_000, keyframeIntervalS: 2 };
const CUT_KBPS = 1_000;
const TICKS_PER_MILLISECOND = 90;
/** Long enough that a key frame does not make it look like another bit rate. */
const SPAN_MS = 500;

/** kbit/s of what came to `viewer` in the `SPAN_MS` before its picture at `tick`, by the camera's own clock. */
function kbpsBefore({ packets }: TestViewer, tick: number): number {
  const isWithin = (timestamp: number) => {
    const agoMs = ((tick - timestamp) | 0) / TICKS_PER_MILLISECOND;
    return agoMs >= 0 && agoMs < SPAN_MS;
  };
  const bytes = packets.reduce(
    (sum, { header, payload }) => sum + (isWithin(header.timestamp) ? payload.length : 0),
    0,
  );
  return (bytes * 8) / SPAN_MS;
}

function newestTick({ packets }: TestViewer): number {
  const newest = packets.reduce<TestViewer['packets'][number] | undefined>(
    (best, packet) =>
      best && sequenceDistance(best.header.sequenceNumber, packet.header.sequenceNumber) <= 0 ? best : packet,
    undefined,
  );
  return newest?.header.timestamp ?? 0;
}

test(
  'a wish by MQTT reaches a running x264 within a second, without a restart, and a viewer sees it',
  async () => {
    resources.own(installStandInPicamera2('lively'));
    const { url } = resources.own(await startEmbeddedBroker());
    const source = createSource('picamera2', VIDEO, silentLogger);
    const { requests, id } = await runDevice(resources, url, { video: VIDEO }, { source });
    const { viewer } = await connectedViewer(resources, { requests, device: id });
    const isFull = () => kbpsBefore(viewer, newestTick(viewer)) > 0.75 * VIDEO.bitrateKbps;
    await waitUntil('the full bit rate', isFull, PATIENCE_MS);
    const encoders = await childrenNamed('python3');
    const beforeKbps = kbpsBefore(viewer, newestTick(viewer));
    expect(await requests.request(id, 'bitrate', { kbps: CUT_KBPS })).toEqual({
      kbps: CUT_KBPS,
      target: CUT_KBPS,
    });
    const askedAtTick = newestTick(viewer);
    const reached = await waitUntil(
      'the lower bit rate',
      () => kbpsBefore(viewer, newestTick(viewer)) < 1.15 * CUT_KBPS && newestTick(viewer),
      PATIENCE_MS,
    );
    const reachedMs = ((reached - askedAtTick) | 0) / TICKS_PER_MILLISECOND;
    const afterTick = reached + 1_000 * TICKS_PER_MILLISECOND;
    await waitUntil('another second', () => ((newestTick(viewer) - afterTick) | 0) > 0, PATIENCE_MS);
    const afterKbps = kbpsBefore(viewer, afterTick);
    console.log(
      `x264: ${beforeKbps.toFixed(0)} kbit/s; ${CUT_KBPS} asked for by MQTT; measured over ${SPAN_MS} ms it is below ${1.15 * CUT_KBPS} after ${reachedMs.toFixed(0)} ms, and ${afterKbps.toFixed(0)} a second later`,
    );
    expect(reachedMs).toBeLessThan(1_000);
    expect(afterKbps).toBeLessThan(1.3 * CUT_KBPS);
    expect(await childrenNamed('python3')).toEqual(encoders);
    expect(encoders).toHaveLength(1);
  },
  TEST_TIMEOUT_MS,
);
