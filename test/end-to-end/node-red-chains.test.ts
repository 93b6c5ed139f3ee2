import { beforeAll, describe, expect, test } from '@jest/globals';
import { stateSchema, type DeviceState } from '../../contract/device-messages.ts';
import { deviceTopics } from '../../contract/topics.ts';
import type { MqttConnection } from '../../foundation/mqtt-connection.ts';
import { connectBus } from '../support/connect-bus.ts';
import { startDevice } from '../support/device.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { PACKED_INSTALL_TIMEOUT_MS, packedInstall } from '../support/packed-install.ts';
import { resourcesOfAllTests } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { ExampleFlows } from './example-flows.ts';
import { HapAccessory } from './hap-accessory.ts';
import { HapCamera } from './hap-camera.ts';
import { startHomebridge } from './homebridge-process.ts';
import { NodeRedRuntime } from './node-red-runtime.ts';

const DEVICE = 'hall';
const SENSOR_TOPIC = 'home/hall/motion';
const LONG_MS = 60_000;

const resources = resourcesOfAllTests();
let bus: MqttConnection;
let nodeRed: NodeRedRuntime;
let examples: ExampleFlows;
let door: HapAccessory;
let state: DeviceState | undefined;

beforeAll(async () => {
  const { url, port } = resources.own(await startMosquitto());
  bus = resources.own(await connectBus(url));
  bus.subscribe(deviceTopics('picam', DEVICE).state, ({ payload }) => {
    state = stateSchema.parse(JSON.parse(payload.toString()));
  });
  resources.own(await startDevice({ broker: url, device: DEVICE, args: ['--name', 'Hall'] }));
  const homebridge = resources.own(await startHomebridge({ broker: { url } }));
  const accessory = await homebridge.accessory('Hall');
  const { pairing } = resources.own(await HapCamera.pair(accessory));
  door = resources.own(await HapAccessory.open(accessory, pairing));
  nodeRed = resources.own(await NodeRedRuntime.start(await packedInstall()));
  examples = new ExampleFlows(port, DEVICE);
  await nodeRed.deploy(examples.nodes);
  await nodeRed.statusBecomes(examples.idOf('picam-control', 'motion sensor'), 'online');
}, PACKED_INSTALL_TIMEOUT_MS);

/** What an inject node takes for a time of each day, to the second. */
function eachDayIn(seconds: number): string {
  const at = new Date(Date.now() + seconds * 1000);
  return `${at.getSeconds()} ${at.getMinutes()} ${at.getHours()} * * *`;
}

describe('the example of a motion sensor', () => {
  test(
    'leads from what the sensor says, through a flow and the camera, to Apple Home',
    async () => {
      const told = await door.watch('motionSensor', 'detected');
      await waitUntil('the sensor to be active', () => door.read('motionSensor', 'active'), LONG_MS / 2);
      for (const [word, isMoving] of [
        ['ON', true],
        ['OFF', false],
      ] as const) {
        const saidAtMs = performance.now();
        await bus.publish(SENSOR_TOPIC, word);
        await waitUntil(
          `motion ${word}`,
          () => told.length > 0 && Boolean(told.at(-1)) === isMoving,
          LONG_MS / 2,
        );
        console.info(`sensor ${word} → Apple Home: ${Math.round(performance.now() - saidAtMs)} ms`);
      }
      expect(told.map(Boolean)).toEqual([true, false]);
    },
    LONG_MS,
  );
});

describe('the example of a schedule', () => {
  test(
    'starts and stops the camera when its times come, with nobody there',
    async () => {
      const times = new Map([
        [examples.idOf('inject', '18:00 start'), eachDayIn(4)],
        [examples.idOf('inject', '23:00 stop'), eachDayIn(10)],
      ]);
      await waitUntil('a camera that is off', () => state?.streaming === false);
      await nodeRed.deploy(
        examples.nodes.map((node) => ({
          ...node,
          ...(times.has(node.id) && { crontab: times.get(node.id) }),
        })),
      );
      await waitUntil('the start', () => state?.streaming === true, LONG_MS / 2);
      await waitUntil('the stop', () => state?.streaming === false, LONG_MS / 2);
    },
    LONG_MS,
  );
});
