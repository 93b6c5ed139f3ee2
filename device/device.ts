import type { DeviceInfo, DeviceState } from '../contract/device-messages.ts';
import type { CameraError } from '../contract/errors.ts';
import { MAX_MESSAGE_LENGTH } from '../contract/limits.ts';
import type { MachineReadings } from '../contract/machine-readings.ts';
import type { MessageBus } from '../contract/message-bus.ts';
import { OPERATIONS } from '../contract/operations.ts';
import { deviceTopics } from '../contract/topics.ts';
import { randomIdentifier } from '../foundation/identifiers.ts';
import { Lifetime } from '../foundation/lifetime.ts';
import { scoped, type Logger } from '../foundation/logger.ts';
import { BitrateControl } from './bitrate/bitrate-control.ts';
import { CameraSwitch } from './camera-switch/camera-switch.ts';
import { createSource } from './capture/open-source.ts';
import type { Source } from './capture/source.ts';
import { bitrateHandlers } from './commands/bitrate-handlers.ts';
import { descriptionHandlers } from './commands/description-handlers.ts';
import { recordHandlers } from './commands/record-handlers.ts';
import { healthHandlers } from './commands/health-handler.ts';
import { powerHandlers } from './commands/power-handlers.ts';
import { RequestListener } from './commands/request-listener.ts';
import { SnapshotPublisher, snapshotHandlers } from './commands/snapshot-publisher.ts';
import { StreamControl } from './commands/stream-control.ts';
import { streamHandlers } from './commands/stream-handlers.ts';
import { SwitchListener } from './commands/switch-listener.ts';
import { viewHandlers, withFailure } from './commands/view-handlers.ts';
import type { AllowedPower, DeviceConfiguration } from './device-configuration.ts';
import { HealthWatch } from './health/health-watch.ts';
import { readMachine } from './health/read-machine.ts';
import { AnnouncedTopic } from './home-assistant/announced-topic.ts';
import { HomeAssistant } from './home-assistant/home-assistant.ts';
import { LiveStream } from './live-stream/live-stream.ts';
import { openMotion } from './motion/open-motion.ts';
import { openRecording } from './recording/open-recording.ts';
import { SnapshotTaker } from './snapshot/snapshot-taker.ts';
import { Announcement } from './status/announcement.ts';
import { EventPublisher } from './status/event-publisher.ts';
import { machineModel } from './status/model.ts';
import { softwareVersion } from './status/software-version.ts';
import { TimeSync } from './status/time-sync.ts';
import { loadDtlsCertificate } from './viewer-session/dtls-certificate.ts';
import { ViewerSessions } from './viewer-session/viewer-sessions.ts';

export interface DeviceOptions {
  readonly configuration: DeviceConfiguration;
  /** Its owner opens and closes it; its last will is `offlineWill`. */
  readonly bus: MessageBus;
  readonly logger: Logger;
  /** Default: what the configuration names. */
  readonly source?: Source;
  /** Default: asks this machine. Must not reject. */
  readonly readMachine?: () => Promise<MachineReadings>;
  /** Called after every connect, when requests are being read. */
  readonly handleOnline?: () => void;
}

/** A camera on the broker, from `openDevice` to `close`. */
export interface Device {
  readonly boot: string;
  readonly dtlsFingerprint: string;
  /** Ends every view and the camera, and says goodbye on the broker. */
  close(): Promise<void>;
}

/**
 * Puts the parts of a camera together and announces it. The broker may be away; everything begins when it is there.
 * @throws SourceError for a source that does not exist.
 */
export async function openDevice(options: DeviceOptions): Promise<Device> {
  const { configuration, bus, logger } = options;
  const { device, prefix } = configuration;
  const source =
    options.source ?? createSource(configuration.source, configuration.video, scoped(logger, 'source'));
  const certificate = await loadDtlsCertificate(configuration.storage, logger);
  const startedAtMs = performance.now();
  const lifetime = new Lifetime(logger);

  const cameraSwitch = new CameraSwitch({
    storage: configuration.storage,
    logger,
    endEverything: async () => {
      sessions.endAll('disabled');
      await liveStream.stop();
    },
    handleChange: () => announcement.handleStateChange(),
  });
  await cameraSwitch.open();
  const checkAllowed = () => cameraSwitch.check();
  const liveStream = new LiveStream({
    source,
    logger: scoped(logger, 'live stream'),
    lingerMs: configuration.lingerMs,
    checkAllowed,
  });
  lifetime.own('the live stream', () => liveStream.close());
  const sessions = new ViewerSessions({
    maxViewers: configuration.maxViewers,
    context: {
      liveStream,
      certificate,
      ice: configuration.ice,
      logger,
      push: (peer, message) => requests.push(peer, withFailure(message, liveStream.error)),
    },
  });
  const info = deviceInfo(configuration, certificate.fingerprint);
  const stream = new StreamControl(liveStream, sessions, cameraSwitch);
  const timeSync = new TimeSync(() => announcement.handleStateChange());
  const healthWatch = new HealthWatch({
    readMachine: options.readMachine ?? (() => readMachine(configuration.storage ?? '/')),
    cameraFailure: () => liveStream.error?.message,
    otherFailure: () => recorder.error?.message,
    handleChange: () => announcement.handleStateChange(),
    logger: scoped(logger, 'health'),
  });
  const currentState = (): DeviceState => ({
    boot: info.boot,
    up: Math.round((performance.now() - startedAtMs) / 1000),
    timeSync: timeSync.isSynchronized,
    enabled: cameraSwitch.isEnabled,
    ...stream.current(),
    motion: motion.state.isMoving,
    recording: recorder.recording,
    health: healthWatch.verdict().health,
    error: stateError(liveStream.error ?? recorder.error),
  });
  const { recorder, folder } = openRecording({
    settings: configuration.recording,
    storage: configuration.storage,
    stream: liveStream,
    logger: scoped(logger, 'recording'),
    handleChange: () => announcement.handleStateChange(),
  });
  lifetime.own('the recording', () => recorder.close());
  const motion = openMotion({
    settings: configuration.motion,
    recording: configuration.recording,
    source,
    stream: liveStream,
    recorder,
    events: new EventPublisher({ bus, prefix, device, boot: info.boot, logger }),
    logger: scoped(logger, 'motion'),
    handleChange: () => announcement.handleStateChange(),
  });
  lifetime.own('the motion watch', () => motion.close());
  const bitrate = new BitrateControl({
    source,
    stream: liveStream,
    fullKbps: configuration.video.bitrateKbps,
  });
  bitrate.open();
  lifetime.own('the bit rate', () => bitrate.close());
  const camera = new SnapshotTaker({ stream: liveStream });
  lifetime.own('the snapshots', () => camera.close());
  const snapshots = new SnapshotPublisher(bus, deviceTopics(prefix, device).snapshot, camera, checkAllowed);
  const handlers = {
    ...descriptionHandlers({ info, currentState }),
    ...viewHandlers(sessions, configuration.ice.servers, liveStream),
    ...streamHandlers(stream),
    ...snapshotHandlers(snapshots),
    ...healthHandlers(healthWatch),
    ...powerHandlers(configuration.allow),
    ...recordHandlers(recorder, folder),
    ...bitrateHandlers(bitrate),
  };
  const requests = new RequestListener({ bus, prefix, device, boot: info.boot, handlers, logger });
  const switches = new SwitchListener({
    bus,
    prefix,
    device,
    stream,
    cameraSwitch,
    snapshots,
    recorder,
    motion: motion.state,
    bitrate,
    logger,
  });
  const announcement = new Announcement({
    bus,
    prefix,
    device,
    info,
    currentState,
    logger,
    handleOnline: options.handleOnline,
  });

  announcement.open();
  lifetime.own('the announcement', () => announcement.close());
  const homeAssistant = new HomeAssistant({
    bus,
    settings: configuration.homeAssistant,
    device: { prefix, device, info },
    announced: new AnnouncedTopic(configuration.storage),
    logger: scoped(logger, 'home assistant'),
  });
  homeAssistant.open();
  lifetime.own('the announcement to Home Assistant', () => homeAssistant.close());
  timeSync.open();
  lifetime.own('the clock watch', () => timeSync.close());
  healthWatch.open();
  lifetime.own('the health watch', () => healthWatch.close());
  lifetime.own(
    'the change watch',
    liveStream.onChange(() => announcement.handleStateChange()),
  );
  lifetime.own('the viewer sessions', () => sessions.close());
  lifetime.own('the switches', switches.open());
  lifetime.own('the requests', requests.open());

  return { boot: info.boot, dtlsFingerprint: certificate.fingerprint, close: () => lifetime.close() };
}

function deviceInfo(configuration: DeviceConfiguration, dtlsFingerprint: string): DeviceInfo {
  const { name, maxViewers, video, allow } = configuration;
  const { width, height, fps, bitrateKbps } = video;
  return {
    v: 1,
    boot: randomIdentifier(),
    name,
    model: machineModel(),
    sw: softwareVersion(),
    caps: Object.keys(OPERATIONS).filter((op) => !(op in allow) || allow[op as keyof AllowedPower]),
    limits: { viewers: maxViewers, width, height, fps, bitrateKbps },
    dtlsFingerprint,
    auth: 'off',
  };
}

function stateError(error: CameraError | null): DeviceState['error'] {
  return error && { code: error.code, message: error.message.slice(0, MAX_MESSAGE_LENGTH) };
}
