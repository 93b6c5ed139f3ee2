import { request } from './api-client.ts';

/** Where what is found after the offer has gone out is sent to. */
export interface TrickleTarget {
  readonly location: string;
  readonly etag: string;
}

/**
 * Lets the offer go out at once: what ICE finds later is sent after it. The camera starts with the offer and is found by
 * this browser with the answer's candidates, so waiting for those of this side would only delay the first picture.
 */
export class CandidateTrickle {
  readonly #peer: RTCPeerConnection;
  #found: RTCIceCandidate[] = [];
  #isEnd = false;
  #target: TrickleTarget | undefined;

  constructor(peer: RTCPeerConnection) {
    this.#peer = peer;
  }

  /** To be called before there is an offer. */
  open(): void {
    this.#peer.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate === null) this.#isEnd = true;
      else if (candidate.candidate !== '') this.#found.push(candidate);
      this.#send();
    });
  }

  /** The offer as it is now. What has been found already is in it. */
  takeOffer(): string {
    this.#found = [];
    return this.#peer.localDescription?.sdp ?? '';
  }

  /** The camera has answered: from now on it can be told. */
  begin(target: TrickleTarget): void {
    this.#target = target;
    this.#send();
  }

  #send(): void {
    if (!this.#target || this.#found.length === 0) return;
    const { location, etag } = this.#target;
    const body = sdpFragment(this.#found.splice(0), this.#isEnd);
    const headers = { 'content-type': 'application/trickle-ice-sdpfrag', 'if-match': etag };
    // One candidate more or less: the connection itself tells whether those that arrived were enough.
    request(location, { method: 'PATCH', body, headers }).catch(() => undefined);
  }
}

/** RFC 8840. All sections share one transport, so all candidates belong to the first. */
function sdpFragment(candidates: readonly RTCIceCandidate[], isEnd: boolean): string {
  const lines = [
    'm=video 9 UDP/TLS/RTP/SAVPF 0',
    `a=mid:${candidates[0]?.sdpMid ?? '0'}`,
    ...candidates.map(({ candidate }) => `a=${candidate}`),
    ...(isEnd ? ['a=end-of-candidates'] : []),
  ];
  return `${lines.join('\r\n')}\r\n`;
}
