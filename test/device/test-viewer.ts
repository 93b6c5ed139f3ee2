import {
  MediaStreamTrack,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  RTCRtpHeaderExtensionParameters,
  RtcpPayloadSpecificFeedback,
  RtcpSrPacket,
  useH264,
  useOPUS,
  type RtpPacket,
} from 'werift';
import type { CameraRequests } from '../../camera-client/camera-requests.ts';
import type { Unsubscribe } from '../../contract/message-bus.ts';
import { candPushSchema, closePushSchema } from '../../contract/operations.ts';
import type { AccessUnit } from '../../media/access-unit.ts';
import { endHandshake } from '../../media/dtls/end-handshake.ts';
import { H264Depacketizer } from '../../media/h264-depacketizer.ts';
import { waitUntil } from '../support/wait-until.ts';

const PLAYOUT_DELAY = 'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay';

export interface TestViewerOptions {
  readonly requests: CameraRequests;
  readonly device: string;
  /** Also offers audio and a data channel. */
  readonly withEverything?: boolean;
  /** Also offers to receive audio. */
  readonly withAudio?: boolean;
}

/** A viewer made of plain werift, apart from the product's own live view, that keeps what it got. */
export class TestViewer {
  readonly packets: RtpPacket[] = [];
  readonly audioPackets: RtpPacket[] = [];
  readonly senderReports: RtcpSrPacket[] = [];
  readonly closeReasons: string[] = [];
  readonly candidates: string[] = [];
  readonly connection: RTCPeerConnection;
  answer = '';
  session = '';
  readonly #options: TestViewerOptions;
  readonly #unsubscribe: Unsubscribe;

  constructor(options: TestViewerOptions) {
    this.#options = options;
    this.connection = createConnection(options);
    this.connection.onTrack.subscribe((track) => {
      const packets = track.kind === 'audio' ? this.audioPackets : this.packets;
      track.onReceiveRtp.subscribe((packet) => packets.push(packet));
    });
    for (const { onRtcp } of this.connection.dtlsTransports) {
      onRtcp.subscribe((packet) => {
        if (packet instanceof RtcpSrPacket) this.senderReports.push(packet);
      });
    }
    this.#unsubscribe = options.requests.onPush(({ op, data }) => {
      if (op === 'close') this.#handleClose(data);
      if (op === 'cand') this.#handleCandidates(data);
    });
  }

  /** What came so far, with what came late put in its place. */
  get pictures(): { readonly units: AccessUnit[]; readonly lostPackets: number } {
    const depacketizer = new H264Depacketizer();
    const inOrder = this.packets.map(({ header, payload }) => {
      const { sequenceNumber, timestamp, marker } = header;
      return { sequenceNumber, timestamp, marker, payload };
    });
    inOrder.sort((one, other) => one.sequenceNumber - other.sequenceNumber);
    const units = inOrder.flatMap((packet) => depacketizer.push(packet));
    return { units, lostPackets: depacketizer.lostPackets };
  }

  /** Waits for all candidates of both sides before they are exchanged. */
  async open(): Promise<void> {
    await this.connection.setLocalDescription(await this.connection.createOffer());
    await this.#exchange(this.connection.localDescription?.sdp ?? '', false);
  }

  /** Exchanges descriptions without a candidate and sends each after them. */
  async openWithTrickle(): Promise<void> {
    const offer = await this.connection.createOffer();
    const found: string[] = [];
    this.connection.onIceCandidate.subscribe((candidate) => candidate && found.push(candidate.candidate));
    await this.connection.setLocalDescription(offer);
    await this.#exchange(offer.sdp, true);
    const { requests, device } = this.#options;
    for (const candidate of found) {
      const data = { candidates: [{ candidate, sdpMid: '0', sdpMLineIndex: 0 }] };
      await requests.request(device, 'cand', data, { session: this.session });
    }
    const end = { candidates: [], end: true };
    await requests.request(device, 'cand', end, { session: this.session });
  }

  async firstPicture(): Promise<AccessUnit> {
    return waitUntil('a picture', () => this.pictures.units[0], 10_000);
  }

  async sendFeedback(feedback: RtcpPayloadSpecificFeedback['feedback']): Promise<void> {
    const [transport] = this.connection.dtlsTransports;
    await transport?.sendRtcp([new RtcpPayloadSpecificFeedback({ feedback })]);
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    for (const { dtls } of this.connection.dtlsTransports) if (dtls) endHandshake(dtls);
    await this.connection.close();
  }

  async #exchange(sdp: string, trickle: boolean): Promise<void> {
    const { requests, device } = this.#options;
    const reply = await requests.request(device, 'offer', { sdp, trickle });
    this.session = reply.session;
    this.answer = reply.sdp;
    await this.connection.setRemoteDescription({ type: 'answer', sdp: reply.sdp });
  }

  #handleClose(data: unknown): void {
    const push = closePushSchema.parse(data);
    if (push.session === this.session) this.closeReasons.push(push.reason);
  }

  /** The answer may still be under way when the first of them come. */
  #handleCandidates(data: unknown): void {
    for (const candidate of candPushSchema.parse(data).candidates) {
      this.candidates.push(candidate.candidate);
      this.connection
        .addIceCandidate({ candidate: candidate.candidate, sdpMid: '0', sdpMLineIndex: 0 })
        .catch(() => undefined);
    }
  }
}

function createConnection({ withEverything, withAudio }: TestViewerOptions): RTCPeerConnection {
  const connection = new RTCPeerConnection({
    codecs: {
      audio: [useOPUS()],
      video: [useH264(), new RTCRtpCodecParameters({ mimeType: 'video/rtx', clockRate: 90_000 })],
    },
    headerExtensions: { video: [new RTCRtpHeaderExtensionParameters({ uri: PLAYOUT_DELAY })] },
    bundlePolicy: 'max-bundle',
  });
  connection.addTransceiver('video', { direction: 'recvonly' });
  if (withAudio === true) connection.addTransceiver('audio', { direction: 'recvonly' });
  if (withEverything === true) {
    connection.addTransceiver(new MediaStreamTrack({ kind: 'audio' }), { direction: 'sendrecv' });
    connection.createDataChannel('control');
  }
  for (const { connection: ice } of connection.iceTransports) Object.assign(ice, { stunServer: undefined });
  return connection;
}
