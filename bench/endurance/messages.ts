export type DeviceQuestion =
  /** Answered with an SDP answer for each of the offers. */
  | {
      readonly kind: 'answer';
      readonly offers: readonly string[];
      /** Absent: random ones, as always. */
      readonly firstSequenceNumber: number | undefined;
    }
  /** Plays for so long. Answered with `Played`. */
  | { readonly kind: 'play'; readonly durationMs: number };

export interface Played {
  readonly pictures: number;
  /** Viewers that are still there. */
  readonly viewers: number;
  readonly packetsSentAgain: number;
}

/** Answered with the answers of a device whose packets come through the link. */
export interface LinkQuestion {
  readonly kind: 'lead through' | 'tally';
  readonly answers?: readonly string[];
  readonly quality?: LinkQuality;
}

export interface LinkQuality {
  /** 0–1, of the media packets. */
  readonly lostShare: number;
  /** 0–1: they come a little late, behind others. */
  readonly lateShare: number;
  /** So many packets in a row are lost where the sequence numbers begin anew. */
  readonly lostAtWrap: number;
}

export interface LinkTally {
  readonly passed: number;
  readonly lost: number;
  /** Over all viewers. */
  readonly wraps: number;
}

export type ViewersQuestion =
  /** Answered with an offer for each viewer. */
  | { readonly kind: 'offer'; readonly n: number }
  /** To the newest offers. Answered when these are connected. */
  | { readonly kind: 'connect'; readonly answers: readonly string[] }
  /** Answered with what each viewer has seen since the last time. */
  | { readonly kind: 'seen' };

/** What one viewer could show. */
export interface Seen {
  /** Pictures that came whole and whose predecessors did, back to a key frame. */
  readonly pictures: number;
  /** The most pictures in a row that could not be shown. */
  readonly longestGapPictures: number;
  readonly longestGapMs: number;
  /** From the camera to the whole picture, for each of them. */
  readonly delaysMs: readonly number[];
  /** Why it no longer sees anything; undefined while it does. */
  readonly ended: string | undefined;
}
