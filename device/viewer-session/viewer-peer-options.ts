import type { Candidate } from '../../contract/operations.ts';
import type { Bursts } from '../../foundation/bursts/open-bursts.ts';
import type { DtlsCertificate } from './dtls-certificate.ts';
import type { IceSettings } from './ice-settings.ts';
import type { LinkReport } from './media-path/link-report.ts';
import type { RetransmissionRing } from './media-path/retransmission-ring.ts';
import type { SendTurns } from './media-path/send-turns.ts';
import type { SenderTally } from './media-path/video-sender.ts';
import type { VideoOffer } from './video-offer.ts';

export interface ViewerPeerEvents {
  /** From now on there is a sender, and one for the sound if the offer has a place for it. */
  handleConnected(): void;
  /** Called once at most, and not after `close`. */
  handleDisconnected(reason: string): void;
  handleKeyframeRequest(): void;
  handleLinkReport?(report: LinkReport): void;
  /** What the viewer says on its data channel, where the offer has a place for one. */
  handleMessage?(text: string): void;
  /** What the viewer says, one packet of Opus, where the offer has a place for it. */
  handleTalk?(opus: Buffer): void;
  /** The device's own candidates; `end` with the last. */
  handleCandidate(candidate: Candidate | 'end'): void;
}

export interface ViewerPeerOptions {
  readonly offer: VideoOffer;
  readonly certificate: DtlsCertificate;
  readonly ice: IceSettings;
  /** Shared by all viewers of the stream. */
  readonly ring: RetransmissionRing;
  /** Shared by all viewers of the camera. Default: a viewer alone. */
  readonly turns?: SendTurns | undefined;
  /** Absent where packets can only go out one by one. */
  readonly bursts?: Bursts | undefined;
  /** Default: random, as RFC 3550 §5.1 asks. */
  readonly firstSequenceNumber?: number | undefined;
  /** Of all viewers together. */
  readonly tally?: SenderTally | undefined;
  readonly events: ViewerPeerEvents;
}
