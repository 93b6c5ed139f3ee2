import type { ClockReading } from './receive-path/clock-reading.ts';
import type { ReceivedPacket } from './receive-path/track-receiver.ts';

/** One RTP packet of a live view, in order; lost ones leave a gap in the indexes. `payload` is H.264 (RFC 6184). */
export type LiveViewPacket = ReceivedPacket;

export type LiveViewEndReason =
  /** The camera said so: by command, switched off, its encoder failed, or it is shutting down. */
  | 'stopped'
  | 'disabled'
  | 'failed'
  | 'idle'
  | 'shutdown'
  /** The camera did not accept the view, or did not answer. `cause` says why. */
  | 'refused'
  /** The camera answered, but no connection came about in time. */
  | 'unconnected'
  /** The connection broke. */
  | 'lost'
  /** Connected, but no packet came for too long. */
  | 'silent'
  /** Whoever watches failed at what it was given. */
  | 'unwatchable';

/** Why a live view ended without having been closed. */
export class LiveViewError extends Error {
  override readonly name = 'LiveViewError';
  readonly reason: LiveViewEndReason;

  constructor(reason: LiveViewEndReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

export interface LiveViewListener {
  handlePacket(packet: LiveViewPacket): void;
  /**
   * The sound of a view that was opened with it, as far as the camera has some: `payload` is an Opus packet (RFC 7587),
   * the timestamps are of 48 kHz. It may come before the first picture.
   */
  handleAudioPacket?(packet: LiveViewPacket): void;
  /**
   * About once a second for each track: what its timestamps are on the camera's clock. Only this tells which picture goes
   * with which sound.
   */
  handleClock?(track: 'video' | 'audio', reading: ClockReading): void;
  /** The view was set up anew: sequence numbers and timestamps of what follows have nothing to do with those before. */
  handleRestart(): void;
  /** Called once, and not after `close()`. Nothing follows. */
  handleEnd(error: LiveViewError): void;
}

/** A live view of one camera. Loads no WebRTC, so that another path of the media can stand behind it. */
export interface LiveView {
  /** Asks the camera for a picture that decoding can begin with. Cheap: the camera merges such wishes. */
  requestKeyframe(): void;
  /**
   * Says something through the camera's loudspeaker: one packet of Opus. Without effect while there is no connection, where
   * the view was opened without sound, and where the camera has no loudspeaker.
   */
  talk?(opus: Buffer): void;
  /** Ends the view on both sides. The listener hears nothing more. */
  close(): Promise<void>;
}

/** Begins to open a view and returns at once; what goes wrong comes to the listener's `handleEnd`. */
export type OpenLiveView = (device: string, listener: LiveViewListener) => LiveView;
