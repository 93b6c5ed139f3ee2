import type { DeviceInfo } from '../contract/device-messages.ts';
import type { DeviceStatistics } from '../contract/device-statistics.ts';
import type { MachineReadings } from '../contract/machine-readings.ts';
import type { MessageBus } from '../contract/message-bus.ts';
import { systemClock } from '../foundation/clock.ts';
import { Lifetime } from '../foundation/lifetime.ts';
import { scoped, type Logger } from '../foundation/logger.ts';
import { ignoredControls } from './capture/ignored-controls.ts';
import { createSource } from './capture/open-source.ts';
import type { Source } from './capture/source.ts';
import { openCommands } from './commands/open-commands.ts';
import type { DeviceConfiguration } from './device-configuration.ts';
import { deviceInfo } from './device-info.ts';
import type { DevicePart } from './device-part.ts';
import { Pijuice } from './health/pijuice/pijuice.ts';
import { readMachine } from './health/read-machine.ts';
import { RestWatch } from './live-stream/rest-watch.ts';
import { openCamera, type Camera } from './open-camera.ts';
import { openStatus } from './status/open-status.ts';
import { openTelemetry } from './telemetry/open-telemetry.ts';
import { createTally } from './telemetry/tally.ts';
import { loadDtlsCertificate } from './viewer-session/dtls-certificate.ts';

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
  /** Called when the camera has been off for ten seconds: after the start, and after each use. */
  readonly handleRest?: () => void;
}

/** A camera on the broker, from `openDevice` to `close`. */
export interface Device {
  readonly boot: string;
  readonly dtlsFingerprint: string;
  readonly info: DeviceInfo;
  /** What op `stats` tells. */
  readStatistics(): DeviceStatistics;
  /** Ends every view and the camera, and says goodbye on the broker. */
  close(): Promise<void>;
}

/**
 * Puts the parts of a camera together and announces it. The broker may be away; everything begins when it is there.
 * @throws SourceError for a source that does not exist.
 */
export async function openDevice(options: DeviceOptions): Promise<Device> {
  const { configuration, bus, logger } = options;
  const source = options.source ?? sourceOf(configuration, scoped(logger, 'source'));
  const certificate = await loadDtlsCertificate(configuration.storage, logger);
  const lifetime = new Lifetime(logger);
  // Parts may change before there is anybody to tell.
  let announceChange = (): void => undefined;
  const part: DevicePart = {
    configuration,
    bus,
    info: deviceInfo(configuration, certificate.fingerprint),
    logger,
    tally: createTally(),
    lifetime,
    handleChange: () => announceChange(),
  };
  const camera = await openCamera(part, source, certificate);
  const pijuice = new Pijuice();
  const askMachine = options.readMachine ?? (() => readMachine(configuration.storage ?? '/', pijuice));
  const status = openStatus(part, camera, askMachine, options.handleOnline);
  announceChange = () => status.announcement.handleStateChange();
  // Closed before the goodbye, so that viewers are told why their view ends.
  lifetime.own('the viewer sessions', () => camera.sessions.close());
  const telemetry = openTelemetry(part, camera, status);
  openCommands(part, camera, status, telemetry);
  if (options.handleRest) openRestWatch(lifetime, camera, options.handleRest);
  const { info } = part;
  return {
    boot: info.boot,
    dtlsFingerprint: info.dtlsFingerprint,
    info,
    readStatistics: () => telemetry.read(),
    close: () => lifetime.close(),
  };
}

/** @throws SourceError for a source that does not exist. */
function sourceOf({ source, video, camera }: DeviceConfiguration, logger: Logger): Source {
  const ignored = ignoredControls(source, camera).map((control) => `camera.${control}`);
  if (ignored.length > 0)
    logger.warn(
      `this source cannot do ${ignored.join(', ')}; what the configuration says of that is left out`,
    );
  return createSource(source, { ...video, controls: camera }, logger);
}

function openRestWatch(lifetime: Lifetime, { liveStream }: Camera, handleRest: () => void): void {
  const watch = new RestWatch({ stream: liveStream, clock: systemClock, handleRest });
  watch.open();
  lifetime.own('the rest watch', () => watch.close());
}
