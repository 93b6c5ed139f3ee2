import type { CameraError } from '../contract/errors.ts';
import type { IceServerSource } from '../foundation/ice/ice-server-source.ts';
import { openIceServers } from '../foundation/ice/open-ice-servers.ts';
import { scoped } from '../foundation/logger.ts';
import type { AudioStream } from './audio/audio-stream.ts';
import { openAudio } from './audio/open-audio.ts';
import { openTalkback } from './talkback/open-talkback.ts';
import { BitrateControl } from './bitrate/bitrate-control.ts';
import { CameraSwitch } from './camera-switch/camera-switch.ts';
import type { Source } from './capture/source.ts';
import { push } from './commands/push.ts';
import { StreamControl } from './commands/stream-control.ts';
import { withFailure } from './commands/view-handlers.ts';
import { LiveControls } from './controls/live-controls.ts';
import type { DevicePart } from './device-part.ts';
import { LiveStream } from './live-stream/live-stream.ts';
import { gopBoundsOf } from './live-stream/newest-gop.ts';
import { openMotion, type Motion } from './motion/open-motion.ts';
import { openRecording, type Recording } from './recording/open-recording.ts';
import { SnapshotTaker } from './snapshot/snapshot-taker.ts';
import { EventPublisher } from './status/event-publisher.ts';
import { openBursts } from '../foundation/bursts/open-bursts.ts';
import type { DtlsCertificate } from './viewer-session/dtls-certificate.ts';
import type { ViewerSessionContext } from './viewer-session/viewer-session-context.ts';
import { ViewerSessions } from './viewer-session/viewer-sessions.ts';

/** The picture and all that is made of it, and the sound beside it. */
export interface Camera {
  readonly cameraSwitch: CameraSwitch;
  readonly liveStream: LiveStream;
  /** undefined: the camera has no sound. */
  readonly audio: AudioStream | undefined;
  readonly sessions: ViewerSessions;
  readonly iceServers: IceServerSource;
  readonly stream: StreamControl;
  readonly recording: Recording;
  readonly motion: Motion;
  readonly bitrate: BitrateControl;
  readonly controls: LiveControls;
  readonly snapshots: SnapshotTaker;
  readonly events: EventPublisher;
  /** Why there are no pictures, or why they are not recorded, or why there is no sound. */
  failure(): CameraError | null;
}

/** The camera is off until somebody wants its pictures. */
export async function openCamera(
  part: DevicePart,
  source: Source,
  certificate: DtlsCertificate,
): Promise<Camera> {
  const { configuration, lifetime, logger, tally, handleChange } = part;
  const cameraSwitch = new CameraSwitch({
    storage: configuration.storage,
    logger,
    endEverything: async () => {
      sessions.endAll('disabled');
      spoken?.silence();
      await Promise.all([liveStream.stop(), audio?.stop()]);
    },
    handleChange,
  });
  await cameraSwitch.open();
  const liveStream = new LiveStream({
    source,
    logger: scoped(logger, 'live stream'),
    lingerMs: configuration.lingerMs,
    gopBounds: gopBoundsOf(configuration.video),
    checkAllowed: () => cameraSwitch.check(),
    tally,
  });
  lifetime.own('the live stream', () => liveStream.close());
  const bitrate = new BitrateControl({
    source,
    stream: liveStream,
    fullKbps: configuration.video.bitrateKbps,
    logger: scoped(logger, 'bit rate'),
  });
  bitrate.open();
  lifetime.own('the bit rate', () => bitrate.close());
  const controls = new LiveControls({
    source,
    stream: liveStream,
    controls: configuration.camera,
    fps: configuration.video.fps,
  });
  const audio = openAudio({
    settings: configuration.audio,
    logger: scoped(logger, 'audio'),
    checkAllowed: () => cameraSwitch.check(),
    handleChange,
  });
  if (audio) lifetime.own('the sound', () => audio.close());
  const spoken = openTalkback(configuration.audio.speaker, scoped(logger, 'talkback'));
  if (spoken) lifetime.own('the loudspeaker', () => spoken.close());
  const { prefix, device } = configuration;
  const events = new EventPublisher({ bus: part.bus, prefix, device, boot: part.info.boot, logger });
  const iceServers = openIceServers(configuration.ice, scoped(logger, 'ice'));
  const sessions = openSessions(
    part,
    iceServers,
    { liveStream, audio, talkback: spoken?.talkback, certificate, links: bitrate },
    events,
  );
  const recording = openRecording({
    settings: configuration.recording,
    storage: configuration.storage,
    stream: liveStream,
    logger: scoped(logger, 'recording'),
    tally,
    handleChange,
  });
  lifetime.own('the recording', () => recording.recorder.close());
  const motion = openMotionWatch(part, { source, stream: liveStream, recorder: recording.recorder, events });
  const snapshots = new SnapshotTaker({ stream: liveStream });
  lifetime.own('the snapshots', () => snapshots.close());
  const stream = new StreamControl(liveStream, sessions, cameraSwitch);
  const failure = () => liveStream.error ?? recording.recorder.error ?? audio?.error ?? null;
  return {
    cameraSwitch,
    liveStream,
    audio,
    sessions,
    iceServers,
    stream,
    recording,
    motion,
    bitrate,
    controls,
    snapshots,
    events,
    failure,
  };
}

function openSessions(
  part: DevicePart,
  iceServers: IceServerSource,
  media: Pick<ViewerSessionContext, 'liveStream' | 'audio' | 'talkback' | 'certificate' | 'links'>,
  events: EventPublisher,
): ViewerSessions {
  const { configuration, logger, tally } = part;
  const { liveStream } = media;
  return new ViewerSessions({
    maxViewers: configuration.maxViewers,
    iceServers,
    context: {
      ...media,
      bursts: openBursts(configuration.bursts, logger),
      ice: configuration.ice,
      handleMessage: configuration.dataChannel.enabled
        ? (message) => events.publish('message', message, { qos: 0 })
        : undefined,
      logger,
      tally,
      push: (peer, message) => push(part, peer, withFailure(message, liveStream.error)),
    },
  });
}

function openMotionWatch(
  { configuration, lifetime, logger, handleChange }: DevicePart,
  watched: Pick<Parameters<typeof openMotion>[0], 'source' | 'stream' | 'recorder' | 'events'>,
): Motion {
  const motion = openMotion({
    ...watched,
    settings: configuration.motion,
    recording: configuration.recording,
    logger: scoped(logger, 'motion'),
    handleChange,
  });
  lifetime.own('the motion watch', () => motion.close());
  return motion;
}
