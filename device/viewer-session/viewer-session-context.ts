import type { ChannelMessage } from '../../contract/device-messages.ts';
import type { CandPush, ClosePush } from '../../contract/operations.ts';
import type { Logger } from '../../foundation/logger.ts';
import type { AudioStream } from '../audio/audio-stream.ts';
import type { LiveStream } from '../live-stream/live-stream.ts';
import type { Talkback } from '../talkback/talkback.ts';
import type { Tally } from '../telemetry/tally.ts';
import type { Bursts } from '../../foundation/bursts/open-bursts.ts';
import type { DtlsCertificate } from './dtls-certificate.ts';
import type { IceSettings } from './ice-settings.ts';
import type { LinkReport } from './media-path/link-report.ts';

/** `left`: by the viewer's own wish, which needs no push. */
export type EndReason = ClosePush['reason'] | 'left';

export interface ViewerSessionContext {
  readonly liveStream: LiveStream;
  /** undefined: the camera has no sound. */
  readonly audio?: AudioStream | undefined;
  /** undefined: the camera has no loudspeaker. */
  readonly talkback?: Pick<Talkback, 'hear' | 'leave'> | undefined;
  readonly certificate: DtlsCertificate;
  readonly ice: IceSettings;
  readonly logger: Logger;
  /** Of all viewers together. */
  readonly tally: Tally;
  /** Default 15 s. */
  readonly connectTimeoutMs?: number | undefined;
  readonly links?: LinkListener | undefined;
  /** Hears what viewers say on their data channels; undefined: they may not have any. */
  readonly handleMessage?: ((message: ChannelMessage) => void) | undefined;
  /** Absent where packets can only go out one by one. */
  readonly bursts?: Bursts | undefined;
  /** Default: random, as RFC 3550 §5.1 asks. */
  readonly firstSequenceNumber?: number | undefined;
  /** Sends what the viewer did not ask for. Must not throw. */
  readonly push: (peer: string, message: SessionPush) => void;
}

/** Hears how the links of those who watch do. */
export interface LinkListener {
  handleLinkReport(session: string, report: LinkReport): void;
  /** The session is over. `isLast`: its peer has no other. */
  handleLinkEnd(session: string, peer: string, isLast: boolean): void;
}

export type SessionPush =
  { readonly op: 'cand'; readonly data: CandPush } | { readonly op: 'close'; readonly data: ClosePush };
