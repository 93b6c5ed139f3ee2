import type { DeviceState } from '../../contract/device-messages.ts';
import type { CameraError } from '../../contract/errors.ts';
import { MAX_MESSAGE_LENGTH } from '../../contract/limits.ts';
import type { MachineReadings } from '../../contract/machine-readings.ts';
import { scoped } from '../../foundation/logger.ts';
import type { DevicePart } from '../device-part.ts';
import { HealthWatch } from '../health/health-watch.ts';
import { AnnouncedTopic } from '../home-assistant/announced-topic.ts';
import { HomeAssistant } from '../home-assistant/home-assistant.ts';
import type { Camera } from '../open-camera.ts';
import { Announcement } from './announcement.ts';
import { TimeSync } from './time-sync.ts';

export interface Status {
  readonly announcement: Announcement;
  readonly healthWatch: HealthWatch;
  readonly currentState: () => DeviceState;
}

/** Tells the broker, and Home Assistant, what this device is and how it is, from now on. */
export function openStatus(
  part: DevicePart,
  camera: Camera,
  readMachine: () => Promise<MachineReadings>,
  handleOnline: (() => void) | undefined,
): Status {
  const { configuration, bus, info, lifetime, logger, handleChange } = part;
  const { prefix, device } = configuration;
  const { liveStream, recording, audio } = camera;
  const startedAtMs = performance.now();
  const timeSync = new TimeSync(handleChange);
  const healthWatch = new HealthWatch({
    readMachine,
    cameraFailure: () => liveStream.error?.message,
    otherFailure: () => (recording.recorder.error ?? audio?.error)?.message,
    handleChange,
    logger: scoped(logger, 'health'),
  });
  const currentState = (): DeviceState => ({
    boot: info.boot,
    up: Math.round((performance.now() - startedAtMs) / 1000),
    timeSync: timeSync.isSynchronized,
    enabled: camera.cameraSwitch.isEnabled,
    ...camera.stream.current(),
    motion: camera.motion.state.isMoving,
    recording: recording.recorder.recording,
    health: healthWatch.verdict().health,
    error: stateError(camera.failure()),
  });
  const announcement = new Announcement({
    bus,
    prefix,
    device,
    info,
    currentState,
    logger,
    handleOnline,
  });
  announcement.open();
  lifetime.own('the announcement', () => announcement.close());
  openHomeAssistant(part);
  timeSync.open();
  lifetime.own('the clock watch', () => timeSync.close());
  healthWatch.open();
  lifetime.own('the health watch', () => healthWatch.close());
  lifetime.own('the change watch', liveStream.onChange(handleChange));
  return { announcement, healthWatch, currentState };
}

function openHomeAssistant({ configuration, bus, info, lifetime, logger }: DevicePart): void {
  const { prefix, device, storage } = configuration;
  const homeAssistant = new HomeAssistant({
    bus,
    settings: configuration.homeAssistant,
    device: { prefix, device, info },
    announced: new AnnouncedTopic(storage),
    logger: scoped(logger, 'home assistant'),
  });
  homeAssistant.open();
  lifetime.own('the announcement to Home Assistant', () => homeAssistant.close());
}

function stateError(error: CameraError | null): DeviceState['error'] {
  return error && { code: error.code, message: error.message.slice(0, MAX_MESSAGE_LENGTH) };
}
