import type { Source, SourceSink } from '../../device/capture/source.ts';
import { LiveStream } from '../../device/live-stream/live-stream.ts';
import { createTally } from '../../device/telemetry/tally.ts';
import { openBursts } from '../../foundation/bursts/open-bursts.ts';
import { loadDtlsCertificate } from '../../device/viewer-session/dtls-certificate.ts';
import { ViewerSessions } from '../../device/viewer-session/viewer-sessions.ts';
import { silentLogger } from '../../foundation/logger.ts';
import type { PictureSender } from './sender.ts';

/** The product, from its source on. */
export async function openPicam(offer: string): Promise<PictureSender> {
  let sink: SourceSink | undefined;
  const source: Source = {
    description: 'the recording',
    start: (given) => (sink = given),
    stop: () => Promise.resolve(),
  };
  const tally = createTally();
  const sessions = new ViewerSessions({
    maxViewers: 1,
    context: {
      liveStream: new LiveStream({ source, logger: silentLogger, tally }),
      certificate: await loadDtlsCertificate(undefined, silentLogger),
      ice: { servers: [], additionalHostAddresses: [] },
      logger: silentLogger,
      tally,
      bursts: openBursts('segmented', silentLogger),
      push: () => undefined,
    },
  });
  const { sdp } = await sessions.accept('bench', offer, false);
  return { answer: sdp, send: (unit) => sink?.handleAccessUnit(unit) };
}
