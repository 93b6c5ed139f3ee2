import { expect, test } from '@jest/globals';
import type { LiveStream } from '../../../device/live-stream/live-stream.ts';
import type { AccessUnit } from '../../../media/access-unit.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { connectViewer, type LiveViewer } from './live-viewer.ts';
import { LossyRelay, lossOf } from './lossy-relay.ts';
import { openSessions } from './open-sessions.ts';
import { SeparateViewer } from './separate-viewer.ts';

const resources = resourcesOfEachTest();
const TEST_TIMEOUT_MS = 240_000;
const PATIENCE_MS = 60_000;
const PICTURES = 300;
/** RFC 7675 §5.1 gives consent 30 s; checks are up to 6 s apart. */
const CONSENT_TIMEOUT_MS = { least: 20_000, most: 45_000 };

function watch(liveStream: LiveStream): AccessUnit[] {
  const units: AccessUnit[] = [];
  liveStream.observe({ handleAccessUnit: (unit) => units.push(unit), handleGap: () => undefined });
  return units;
}

/** What the picture itself is coded in, without what may be before it. */
function slices(units: readonly AccessUnit[]): string[] {
  return units.map(({ nalUnits }) => nalUnits.at(-1)?.toString('base64') ?? '');
}

/** Waits until a viewer has what the camera made from its `from`th picture on, and looks at every picture of it. */
async function expectEveryPicture(
  viewer: LiveViewer,
  made: readonly AccessUnit[],
  from: number,
): Promise<void> {
  const wanted = slices(made.slice(from, from + PICTURES));
  const [first] = wanted;
  const received = () => {
    const got = slices(viewer.units);
    const start = first === undefined ? -1 : got.lastIndexOf(first);
    return start < 0 ? [] : got.slice(start, start + PICTURES);
  };
  await waitUntil('its pictures', () => received().length === PICTURES, PATIENCE_MS);
  expect(received()).toEqual(wanted);
}

test(
  'one that loses 20 % and one that stops reading change nothing for the others, and the second is given up',
  async () => {
    const { sessions, liveStream } = await openSessions(resources);
    const made = watch(liveStream);
    const good: LiveViewer[] = [];
    for (const peer of ['good', 'better', 'best']) good.push(await connectViewer(resources, sessions, peer));
    const relay = resources.own(new LossyRelay(lossOf(0.2, 60)));
    const lossy = await connectViewer(resources, sessions, 'lossy', relay);
    const stopped = resources.own(new SeparateViewer());
    await stopped.connect(sessions, 'stopped');
    const before = made.length;
    await waitUntil('pictures', () => made.length >= before + PICTURES, PATIENCE_MS);
    stopped.standStill();
    const stoppedAtMs = performance.now();
    const after = made.length;
    const lossyBefore = lossy.units.length;
    await waitUntil('pictures', () => made.length >= after + PICTURES, PATIENCE_MS);
    const lossyGot = lossy.units.length - lossyBefore;
    const seconds =
      ((made[after + PICTURES - 1]?.captureTimeUs ?? 0) - (made[after]?.captureTimeUs ?? 0)) / 1e6;
    for (const viewer of good) await expectEveryPicture(viewer, made, after);
    console.log(
      `${PICTURES} pictures in ${seconds.toFixed(1)} s: each good viewer has all; one under 20 % loss (${relay.lostPackets} packets in all) ${lossyGot}`,
    );
    expect(relay.lostPackets).toBeGreaterThan(100);
    expect(sessions.count).toBe(5);

    await waitUntil('the end of the one that stopped', () => sessions.count === 4, PATIENCE_MS);
    const givenUpMs = performance.now() - stoppedAtMs;
    console.log(`the viewer that stopped reading was given up after ${(givenUpMs / 1000).toFixed(1)} s`);
    expect(givenUpMs).toBeGreaterThan(CONSENT_TIMEOUT_MS.least);
    expect(givenUpMs).toBeLessThan(CONSENT_TIMEOUT_MS.most);
    const late = made.length;
    await waitUntil('pictures', () => made.length >= late + PICTURES, PATIENCE_MS);
    for (const viewer of good) await expectEveryPicture(viewer, made, late);
  },
  TEST_TIMEOUT_MS,
);
