import { deviceTopics } from '../../contract/topics.ts';
import type { DevicePart } from '../device-part.ts';
import type { Camera } from '../open-camera.ts';
import type { Status } from '../status/open-status.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { bitrateHandlers } from './bitrate-handlers.ts';
import { controlsHandlers } from './controls-handlers.ts';
import { descriptionHandlers } from './description-handlers.ts';
import { healthHandlers } from './health-handler.ts';
import { powerHandlers } from './power-handlers.ts';
import { recordHandlers } from './record-handlers.ts';
import { RequestListener } from './request-listener.ts';
import { SnapshotPublisher, snapshotHandlers } from './snapshot-publisher.ts';
import { statsHandlers } from './stats-handler.ts';
import { streamHandlers } from './stream-handlers.ts';
import { SwitchListener } from './switch-listener.ts';
import { viewHandlers } from './view-handlers.ts';
import { ViewerMessages, messageHandlers } from './viewer-messages.ts';

/** From now on requests and switches are followed. */
export function openCommands(
  { configuration, bus, info, lifetime, logger, tally }: DevicePart,
  camera: Camera,
  { currentState, healthWatch }: Status,
  telemetry: Telemetry,
): void {
  const { prefix, device } = configuration;
  const { cameraSwitch, liveStream, sessions, iceServers, stream, recording, motion, bitrate, events } =
    camera;
  const snapshots = new SnapshotPublisher({
    bus,
    topic: deviceTopics(prefix, device).snapshot,
    camera: camera.snapshots,
    checkAllowed: () => cameraSwitch.check(),
    tally,
  });
  const messages = new ViewerMessages(sessions, configuration.dataChannel.enabled);
  const handlers = {
    ...descriptionHandlers({ info, currentState }),
    ...viewHandlers(sessions, iceServers, liveStream),
    ...streamHandlers(stream),
    ...snapshotHandlers(snapshots),
    ...healthHandlers(healthWatch),
    ...powerHandlers(configuration.allow),
    ...recordHandlers(recording.recorder, recording.folder),
    ...bitrateHandlers(bitrate),
    ...statsHandlers(telemetry),
    ...messageHandlers(messages),
    ...controlsHandlers(camera.controls, () => cameraSwitch.check()),
  };
  const switches = new SwitchListener({
    bus,
    prefix,
    device,
    stream,
    cameraSwitch,
    snapshots,
    recorder: recording.recorder,
    motion: motion.state,
    bitrate,
    events,
    messages,
    logger,
  });
  const requests = new RequestListener({ bus, prefix, device, boot: info.boot, handlers, logger });
  lifetime.own('the switches', switches.open());
  lifetime.own('the requests', requests.open());
}
