import type { DeviceStatistics } from '../../contract/device-statistics.ts';
import type { TestResources } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { TestViewer, type TestViewerOptions } from './test-viewer.ts';

const MOST_TRIES = 4;
const CONNECT_TIMEOUT_MS = 20_000;

/**
 * A viewer that has got its first packet, and what the device had counted before it came. On a busy machine werift's own
 * end of a handshake fails now and then; then another one is opened, as a page would.
 */
export async function connectedViewer(
  resources: TestResources,
  options: TestViewerOptions,
): Promise<{ readonly viewer: TestViewer; readonly before: DeviceStatistics }> {
  const { requests, device } = options;
  for (let tried = 1; ; tried += 1) {
    const before = await requests.request(device, 'stats', {});
    const viewer = resources.own(new TestViewer(options));
    await viewer.open();
    const hasFailed = () => viewer.connection.connectionState === 'failed';
    const isDecided = () => viewer.packets.length > 0 || hasFailed();
    await waitUntil('a packet, or a connection that failed', isDecided, CONNECT_TIMEOUT_MS);
    if (!hasFailed()) return { viewer, before };
    if (tried === MOST_TRIES) throw new Error(`no connection came about in ${MOST_TRIES} tries`);
    await requests.request(device, 'close', {}, { session: viewer.session });
  }
}
