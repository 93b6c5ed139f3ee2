import { beforeAll, describe, expect, test } from '@jest/globals';
import { stateSchema, type DeviceState } from '../../contract/device-messages.ts';
import { deviceTopics } from '../../contract/topics.ts';
import type { MqttConnection } from '../../foundation/mqtt-connection.ts';
import { connectBus } from '../support/connect-bus.ts';
import { startDevice } from '../support/device.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { PACKED_INSTALL_TIMEOUT_MS } from '../support/packed-install.ts';
import { resourcesOfAllTests } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { HapAccessory, SERVICE } from './hap-accessory.ts';
import { HapCamera, type Pairing } from './hap-camera.ts';
import { startHomebridge, type PublishedAccessory, type TestHomebridge } from './homebridge-process.ts';

const LONG_MS = 60_000;
const TOPICS = deviceTopics('picam', 'front-door');
const ALL_THERE_IS = {
  device: 'front-door',
  doorbell: true,
  motionSensor: true,
  operatingMode: true,
  privacySwitch: true,
};

const resources = resourcesOfAllTests();
let bus: MqttConnection;
let state: DeviceState | undefined;
let homebridge: TestHomebridge;
let published: PublishedAccessory;
let pairing: Pairing;
let door: HapAccessory;

beforeAll(async () => {
  const { url } = resources.own(await startMosquitto());
  bus = resources.own(await connectBus(url));
  bus.subscribe(TOPICS.state, ({ payload }) => {
    state = stateSchema.parse(JSON.parse(payload.toString()));
  });
  for (const [device, name] of [
    ['front-door', 'Front door'],
    ['shed', 'Shed'],
  ] as const)
    resources.own(await startDevice({ broker: url, device, args: ['--name', name] }));
  homebridge = resources.own(
    await startHomebridge({
      broker: { url },
      manuallyDisabled: true,
      cameras: [ALL_THERE_IS, { device: 'shed', bridged: true }],
    }),
  );
  published = await homebridge.accessory('Front door');
  ({ pairing } = resources.own(await HapCamera.pair(published)));
  door = await open(published, pairing);
}, PACKED_INSTALL_TIMEOUT_MS);

async function open(accessory: PublishedAccessory, keys: Pairing): Promise<HapAccessory> {
  return resources.own(await HapAccessory.open(accessory, keys));
}

async function saysThat(isEnabled: boolean): Promise<void> {
  await waitUntil('the camera to say so', () => state?.enabled === isEnabled, LONG_MS / 2);
}

describe('a camera in Apple Home has, besides its picture,', () => {
  test(
    'what its settings ask for, and no more, with a port of its own and on the bridge',
    async () => {
      const { streamManagement, ...others } = SERVICE;
      expect([...door.services]).toEqual(
        expect.arrayContaining([streamManagement, ...Object.values(others)]),
      );
      const bridged = resources.own(await HapCamera.pair(homebridge.bridge));
      const shed = await open(homebridge.bridge, bridged.pairing);
      expect([...shed.services]).toEqual(
        expect.arrayContaining([SERVICE.streamManagement, SERVICE.motionSensor, SERVICE.operatingMode]),
      );
      expect(shed.services.has(SERVICE.doorbell) || shed.services.has(SERVICE.privacySwitch)).toBe(false);
    },
    LONG_MS,
  );

  test(
    'a motion sensor that follows the camera',
    async () => {
      const told = await door.watch('motionSensor', 'detected');
      await waitUntil('the sensor to be active', () => door.read('motionSensor', 'active'), LONG_MS / 2);
      await bus.publish(TOPICS.set('motion'), 'ON');
      await waitUntil('motion', () => told.some(isYes), LONG_MS / 2);
      await bus.publish(TOPICS.set('motion'), 'OFF');
      await waitUntil('the end of it', () => !isYes(told.at(-1)), LONG_MS / 2);
    },
    LONG_MS,
  );

  test(
    'a bell that rings when its button is pressed',
    async () => {
      const rung = await door.watch('doorbell', 'event');
      await bus.publish(TOPICS.set('button'), '');
      await waitUntil('the bell', () => rung.length > 0, LONG_MS / 2);
      expect(rung).toEqual([0]);
    },
    LONG_MS,
  );

  test(
    'one privacy, whoever turns the camera off and on',
    async () => {
      resources.onEnd('turning the camera on', () => bus.publish(TOPICS.set('enabled'), 'ON'));
      await door.write('operatingMode', 'cameraActive', 0);
      await saysThat(false);
      await waitUntil('the switch', async () => isYes(await door.read('privacySwitch', 'on')));
      expect(isYes(await door.read('operatingMode', 'manuallyDisabled'))).toBe(false);
      await door.write('privacySwitch', 'on', false);
      await saysThat(true);

      const active = await door.watch('operatingMode', 'cameraActive');
      await bus.publish(TOPICS.set('enabled'), 'OFF');
      await waitUntil('off in Apple Home', () => active.length > 0 && !isYes(active.at(-1)), LONG_MS / 2);
      await waitUntil('by hand', async () => isYes(await door.read('operatingMode', 'manuallyDisabled')));
      await bus.publish(TOPICS.set('enabled'), 'ON');
      await waitUntil('on in Apple Home', () => isYes(active.at(-1)), LONG_MS / 2);
    },
    LONG_MS,
  );

  test(
    'the same identity after a restart of Homebridge: who was paired stays so',
    async () => {
      await homebridge.restart();
      const again = await homebridge.accessory('Front door');
      expect(again.id).toBe(published.id);
      const door = await open(again, pairing);
      await waitUntil('its sensor', () => door.read('motionSensor', 'active'), LONG_MS / 2);
      expect(homebridge.log).not.toMatch(/Unhandled|TypeError|slow|didn't respond/u);
    },
    LONG_MS,
  );
});

/** HAP writes yes as true and as 1. */
function isYes(value: unknown): boolean {
  return value === true || value === 1;
}
