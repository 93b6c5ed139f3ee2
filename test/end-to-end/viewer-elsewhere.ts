// A viewer in a process of its own, and with that in a network of its own: prints what it saw as JSON.
import { CameraRequests } from '../../camera-client/camera-requests.ts';
import { IceServers } from '../../camera-client/ice-servers.ts';
import { LiveViewConnection } from '../../camera-client/live-view-connection.ts';
import type { IceServer } from '../../contract/operations.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { connectBus } from '../support/connect-bus.ts';

/** What the parent reads. */
export interface SeenElsewhere {
  readonly packets: number;
  /** Why there were no more, if there were none. */
  readonly ended: string | undefined;
  readonly iceServers: readonly IceServer[];
}

const ENOUGH_PACKETS = 100;
const [broker = '', device = '', seconds = '0'] = process.argv.slice(2);

const bus = await connectBus(broker);
const requests = new CameraRequests({ bus, prefix: 'picam', peer: 'elsewhere' });
requests.open();
const iceServers = await new IceServers({ requests, logger: silentLogger }).of(device);
const begunAtMs = performance.now();
let packets = 0;
const ended = await new Promise<string | undefined>((resolve) => {
  const listener = {
    handlePacket: () => {
      packets += 1;
      const isLongEnough = performance.now() - begunAtMs > Number(seconds) * 1000;
      if (packets >= ENOUGH_PACKETS && isLongEnough) resolve(undefined);
    },
    handleRestart: () => undefined,
    handleEnd: (error: Error) => resolve(error.message),
  };
  new LiveViewConnection({
    device,
    requests,
    iceServers: () => Promise.resolve(iceServers),
    listener,
    logger: silentLogger,
  }).open();
});
console.log(JSON.stringify({ packets, ended, iceServers } satisfies SeenElsewhere));
process.exit();
