import { CameraRequests } from '../camera-client/camera-requests.ts';
import { silentLogger } from '../foundation/logger.ts';
import { Lifetime } from '../foundation/lifetime.ts';
import { connectBus } from '../test/support/connect-bus.ts';
import { startDevice } from '../test/support/device.ts';
import { isMosquittoInstalled, startMosquitto } from '../test/support/mosquitto.ts';
import type { Bench, BenchContext } from './bench.ts';
import { interleavedRuns } from './interleaved-runs.ts';
import { percentile, type Figure } from './results.ts';

const QUICK = { runs: 1, warmUpRequests: 40, requests: 60 };
const FULL = { runs: 5, warmUpRequests: 100, requests: 400 };
/** A device lets a thousand requests of one peer through at once, and then fifty a second. */
const AT_A_TIME = [1, 10];

const EMBEDDED = 'embedded broker';
const MOSQUITTO = 'Mosquitto';
/** Mosquitto as it comes lets what it sends wait for the kernel's acknowledgement of what it sent before. */
const MOSQUITTO_SETTINGS: Readonly<Record<string, readonly string[]>> = {
  [MOSQUITTO]: [],
  'Mosquitto, set_tcp_nodelay true': ['set_tcp_nodelay true'],
};

/** From a request to its reply, through the broker and back, with a camera that is at rest. */
export const mqtt: Bench = {
  name: 'mqtt',
  title: 'op ping: request to reply over MQTT',
  unitOfN: 'at a time',
  reference: MOSQUITTO,
  run: measureAll,
};

async function measureAll(context: BenchContext) {
  const { runs, ...counts } = context.quick ? QUICK : FULL;
  const variants = [EMBEDDED, ...(hasMosquitto(context) ? Object.keys(MOSQUITTO_SETTINGS) : [])];
  const cases = AT_A_TIME.flatMap((n) => variants.map((variant) => ({ n, variant })));
  const measure = ({ variant, n }: { variant: string; n: number }) => measureOne(variant, n, counts);
  return interleavedRuns({ name: mqtt.name, runs, cases, measure }, context);
}

function hasMosquitto({ progress }: BenchContext): boolean {
  if (isMosquittoInstalled()) return true;
  progress(`${mqtt.name}: Mosquitto is left out: it is not installed (sudo apt-get install mosquitto)`);
  return false;
}

interface Counts {
  readonly warmUpRequests: number;
  readonly requests: number;
}

async function measureOne(
  variant: string,
  atATime: number,
  { warmUpRequests, requests }: Counts,
): Promise<Figure[]> {
  const lifetime = new Lifetime(silentLogger);
  try {
    const ping = await reachDevice(variant, lifetime);
    await repeat(ping, atATime, warmUpRequests);
    const timesMs = await repeat(ping, atATime, requests);
    return [
      { metric: 'round trip p50', unit: 'ms', value: percentile(timesMs, 0.5) },
      { metric: 'round trip p95', unit: 'ms', value: percentile(timesMs, 0.95) },
    ];
  } finally {
    await lifetime.close();
  }
}

/** @returns what asks the device once and gives the milliseconds until its reply. */
async function reachDevice(variant: string, lifetime: Lifetime): Promise<() => Promise<number>> {
  const settings = MOSQUITTO_SETTINGS[variant];
  const mosquitto = settings && (await startMosquitto({ settings }));
  if (mosquitto) lifetime.own('Mosquitto', () => mosquitto.stop());
  const camera = await startDevice(mosquitto && { broker: mosquitto.url });
  lifetime.own('the camera', () => camera.stop());
  const bus = await connectBus(camera.broker);
  lifetime.own('the bus', () => bus.close());
  const requests = new CameraRequests({ bus, prefix: 'picam', peer: 'bench' });
  lifetime.own('the requests', () => requests.close());
  requests.open();
  return async () => {
    const startedAtMs = performance.now();
    await requests.request(camera.device, 'ping', {});
    return performance.now() - startedAtMs;
  };
}

async function repeat(ping: () => Promise<number>, atATime: number, count: number): Promise<number[]> {
  const oneAfterTheOther = async () => {
    const timesMs: number[] = [];
    while (timesMs.length < count / atATime) timesMs.push(await ping());
    return timesMs;
  };
  return (await Promise.all(Array.from({ length: atATime }, oneAfterTheOther))).flat();
}
