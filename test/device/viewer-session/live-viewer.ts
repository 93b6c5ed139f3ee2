import { LiveViewPeer } from '../../../camera-client/live-view-peer.ts';
import type { ViewerSessions } from '../../../device/viewer-session/viewer-sessions.ts';
import type { AccessUnit } from '../../../media/access-unit.ts';
import { H264Depacketizer } from '../../../media/h264-depacketizer.ts';
import type { TestResources } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { type LossyRelay, withoutCandidates } from './lossy-relay.ts';

const CONNECT_TIMEOUT_MS = 8_000;
const NEVER_MS = 3_600_000;

const MOST_TRIES = 3;

/** A viewer over loopback, with the receiving end of the camera's own clients, that keeps the pictures it got whole. */
export class LiveViewer {
  readonly units: AccessUnit[] = [];
  /** Why it saw no more. */
  ending: string | undefined;
  readonly #peer: LiveViewPeer;
  readonly #depacketizer = new H264Depacketizer();
  #connectedAtMs: number | undefined;
  #firstPictureAtMs: number | undefined;

  constructor() {
    this.#peer = new LiveViewPeer({
      iceServers: [],
      silentAfterMs: NEVER_MS,
      events: {
        handleConnected: () => (this.#connectedAtMs = performance.now()),
        handleVideo: ({ index, ...packet }) => this.#receive({ ...packet, sequenceNumber: index & 0xffff }),
        handleSilence: () => undefined,
        handleGoodbye: () => (this.ending ??= 'the camera said goodbye'),
        handleFailure: (why) => (this.ending ??= why),
      },
    });
  }

  /** From its connection to its first whole picture. */
  get firstPictureMs(): number | undefined {
    const [picture, connected] = [this.#firstPictureAtMs, this.#connectedAtMs];
    return picture === undefined || connected === undefined ? undefined : picture - connected;
  }

  /** Packets that never came, not even when they were asked for again. */
  get lostPackets(): number {
    return this.#depacketizer.lostPackets;
  }

  /** @param relay the only way to it. */
  async connect(sessions: ViewerSessions, peer: string, relay?: LossyRelay): Promise<void> {
    const offer = await this.#peer.createOffer();
    const { sdp } = await sessions.accept(peer, relay ? withoutCandidates(offer) : offer, false);
    await this.#peer.connect(relay ? await relay.stretchInto(sdp) : sdp);
    const isConnected = () => this.#connectedAtMs !== undefined;
    await waitUntil(`the connection of ${peer}`, isConnected, CONNECT_TIMEOUT_MS);
  }

  async close(): Promise<void> {
    await this.#peer.close();
  }

  #receive(packet: Parameters<H264Depacketizer['push']>[0]): void {
    this.units.push(...this.#depacketizer.push(packet));
    if (this.units.length > 0) this.#firstPictureAtMs ??= performance.now();
  }
}

/**
 * When this process stands still for half a second, a DTLS handshake of werift with itself may fail over the flights that
 * are then repeated; somebody else tries then. A relay can be used for one try only.
 */
export async function connectViewer(
  resources: TestResources,
  sessions: ViewerSessions,
  peer: string,
  relay?: LossyRelay,
): Promise<LiveViewer> {
  for (let tries = relay ? MOST_TRIES : 1; ; tries += 1) {
    const viewer = resources.own(new LiveViewer());
    try {
      await viewer.connect(sessions, peer, relay);
      return viewer;
    } catch (error) {
      await viewer.close();
      if (tries >= MOST_TRIES) throw error;
    }
  }
}
