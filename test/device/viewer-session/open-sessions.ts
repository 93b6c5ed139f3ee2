import { createSource } from '../../../device/capture/open-source.ts';
import type { Source, VideoSettings } from '../../../device/capture/source.ts';
import { LiveStream } from '../../../device/live-stream/live-stream.ts';
import { createTally, type Tally } from '../../../device/telemetry/tally.ts';
import { loadDtlsCertificate } from '../../../device/viewer-session/dtls-certificate.ts';
import type { ViewerSessionContext } from '../../../device/viewer-session/viewer-session-context.ts';
import { ViewerSessions } from '../../../device/viewer-session/viewer-sessions.ts';
import { burstAddonOfThisMachine } from '../../foundation/bursts/burst-addon-of-this-machine.ts';
import { openBursts, type BurstMode } from '../../../foundation/bursts/open-bursts.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import type { TestResources } from '../../support/resources.ts';

/** Small, so that a busy machine keeps up with the encoder and all viewers. */
const VIDEO: VideoSettings = { width: 320, height: 180, fps: 30, bitrateKbps: 300, keyframeIntervalS: 2 };
/** Room for thirty, and for handshakes that failed and are given up only later. */
const MAX_VIEWERS = 60;

export interface OpenSessions {
  readonly source: Source;
  readonly sessions: ViewerSessions;
  readonly liveStream: LiveStream;
  readonly tally: Tally;
}

export interface SessionsOptions {
  /** Default: the test picture, encoded for real. */
  readonly source?: string;
  readonly video?: Partial<VideoSettings>;
  readonly links?: ViewerSessionContext['links'];
  /** Default: as on a camera, which needs what the set-up compiled. */
  readonly bursts?: BurstMode;
}

/** A camera without its broker, for viewers who connect for real. */
export async function openSessions(
  resources: TestResources,
  { source: spec = 'test', video, links, bursts = 'segmented' }: SessionsOptions = {},
): Promise<OpenSessions> {
  const tally = createTally();
  const source = createSource(spec, { ...VIDEO, ...video }, silentLogger);
  const liveStream = resources.own(new LiveStream({ source, logger: silentLogger, tally }));
  const context = {
    liveStream,
    bursts: openBursts(bursts, silentLogger, () => ({ kind: 'there', addon: burstAddonOfThisMachine() })),
    certificate: await loadDtlsCertificate(undefined, silentLogger),
    ice: { servers: [], additionalHostAddresses: [] },
    logger: silentLogger,
    tally,
    links,
    push: () => undefined,
  };
  const sessions = resources.own(new ViewerSessions({ context, maxViewers: MAX_VIEWERS }));
  return { source, sessions, liveStream, tally };
}
