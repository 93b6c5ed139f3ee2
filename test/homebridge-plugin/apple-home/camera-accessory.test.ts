import hap from '@homebridge/hap-nodejs';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { KnownCamera } from '../../../camera-client/camera-directory.ts';
import type { DeviceEvent, DeviceState } from '../../../contract/device-messages.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { CameraAccessory } from '../../../homebridge-plugin/apple-home/camera-accessory.ts';
import {
  CHARACTERISTIC_CHANGE,
  type PlatformAccessory as HomebridgeAccessory,
} from '../../../homebridge-plugin/apple-home/hap.ts';
import type { CameraFleet } from '../../../homebridge-plugin/camera-fleet.ts';
import { configurationSchema, settingsOf } from '../../../homebridge-plugin/configuration.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { HapApi, PlatformAccessory } from './hap-api.ts';

const { Characteristic, Service } = hap;
const STATE: DeviceState = {
  boot: 'b',
  up: 1,
  timeSync: true,
  enabled: true,
  streaming: false,
  viewers: 0,
  motion: false,
  recording: false,
  health: 'ok',
  error: null,
};
const INFO = { v: 1 as const, boot: 'b', model: 'm', sw: '1.2.3', caps: [], dtlsFingerprint: '' };
const LIMITS = { viewers: 1, width: 1, height: 1, fps: 1, bitrateKbps: 1 };

const resources = resourcesOfEachTest();
let home: HapApi;
let accessory: PlatformAccessory;
let known: KnownCamera;
let shown: CameraAccessory;
let turned: boolean[];
let tell: (event: DeviceEvent) => void;

beforeEach(() => {
  home = resources.own(new HapApi());
  accessory = new PlatformAccessory('Door', hap.uuid.generate('door'));
  known = { device: 'door', online: true, info: undefined, state: STATE };
  turned = [];
});

function show(configuration: object): void {
  const events: Pick<CameraFleet['events'], 'onEvent'> = {
    onEvent: (_, handle) => {
      tell = handle;
      return () => undefined;
    },
  };
  const fleet = {
    directory: { find: () => known },
    snapshots: { take: () => Promise.reject(new Error('no picture')) },
    events,
    openLiveView: () => ({ requestKeyframe: () => undefined, close: () => Promise.resolve() }),
    turn: (_: string, isOn: boolean) => Promise.resolve(void turned.push(isOn)),
    limitBitrate: () => Promise.resolve(),
  } as unknown as CameraFleet;
  shown = new CameraAccessory({
    api: home.api,
    accessory: accessory as unknown as HomebridgeAccessory,
    settings: settingsOf(configurationSchema.parse(configuration), 'door'),
    fleet,
    logger: silentLogger,
  });
  shown.open();
  resources.onEnd('the camera', () => shown.close('the test is over'));
}

function update(change: Partial<DeviceState>, online = true): void {
  known = { ...known, online, state: { ...STATE, ...change } };
  shown.update(known);
}

function event(kind: string, data: DeviceEvent['data'] = {}): DeviceEvent {
  return { id: 'e', boot: 'b', seq: 0, ts: 0, kind, data };
}

function motion(): unknown {
  return accessory.getService(Service.MotionSensor)?.getCharacteristic(Characteristic.MotionDetected).value;
}

const names = () => accessory.services.map(({ UUID }) => UUID);

describe('a camera as an accessory', () => {
  test('has what the configuration wants, and no more', () => {
    show({ privacySwitch: true });
    expect(names()).toEqual(
      expect.arrayContaining([
        Service.MotionSensor.UUID,
        Service.CameraOperatingMode.UUID,
        Service.Switch.UUID,
      ]),
    );
    expect(names()).not.toContain(Service.Doorbell.UUID);
  });

  test('loses what the configuration wants no longer, also when Homebridge kept it', () => {
    for (const [type, name] of [
      [Service.MotionSensor, 'Motion'],
      [Service.CameraOperatingMode, 'Operating mode'],
      [Service.Switch, 'Privacy'],
    ] as const)
      accessory.addService(type, name, 'picam');
    show({ motionSensor: false, operatingMode: false });
    for (const { UUID } of [Service.MotionSensor, Service.CameraOperatingMode, Service.Switch])
      expect(names()).not.toContain(UUID);
  });

  test('tells motion by event at once, by state otherwise, and none while it is off or away', () => {
    show({});
    tell(event('motion', { motion: true }));
    expect(motion()).toBe(true);
    update({ motion: false });
    expect(motion()).toBe(false);
    update({ motion: true });
    expect(motion()).toBe(true);
    update({ motion: true, enabled: false });
    expect(motion()).toBe(false);
    update({ motion: true });
    expect(motion()).toBe(true);
    update({ motion: true }, false);
    expect(motion()).toBe(false);
  });

  test('rings only when it is a doorbell', () => {
    show({});
    tell(event('button'));
    accessory = new PlatformAccessory('Door', hap.uuid.generate('bell'));
    show({ cameras: [{ device: 'door', doorbell: true }] });
    const presses: unknown[] = [];
    accessory
      .getService(Service.Doorbell)
      ?.getCharacteristic(Characteristic.ProgrammableSwitchEvent)
      .on(CHARACTERISTIC_CHANGE, ({ newValue }) => presses.push(newValue));
    tell(event('button'));
    tell(event('something else'));
    expect(presses).toEqual([0]);
  });

  test('is turned off by its switch and by its operating mode alike', async () => {
    show({ privacySwitch: true });
    const mode = accessory.getService(Service.CameraOperatingMode);
    await accessory.getService(Service.Switch)?.getCharacteristic(Characteristic.On).handleSetRequest(true);
    expect(mode?.getCharacteristic(Characteristic.HomeKitCameraActive).value).toBe(0);
    update({ enabled: false });
    await mode?.getCharacteristic(Characteristic.HomeKitCameraActive).handleSetRequest(1);
    expect(accessory.getService(Service.Switch)?.getCharacteristic(Characteristic.On).value).toBe(false);
    expect(turned).toEqual([false, true]);
  });

  test('says that it was turned off by hand only where that is wished', () => {
    const manually = () =>
      accessory.getService(Service.CameraOperatingMode)?.getCharacteristic(Characteristic.ManuallyDisabled)
        .value;
    show({});
    update({ enabled: false });
    expect(manually()).toBe(false);
    accessory = new PlatformAccessory('Door', hap.uuid.generate('another'));
    show({ manuallyDisabled: true });
    expect(manually()).toBe(true);
  });

  test('follows the name that the camera gives itself, but not over the user’s', () => {
    show({});
    known = { ...known, info: { ...INFO, name: 'Garden – gate', limits: LIMITS, auth: 'off' } };
    shown.update(known);
    expect(accessory.displayName).toBe('Garden gate');
    accessory = new PlatformAccessory('Mine', hap.uuid.generate('named'));
    show({ cameras: [{ device: 'door', name: 'Mine' }] });
    expect(accessory.displayName).toBe('Mine');
  });
});
