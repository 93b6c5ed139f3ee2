import { MediaReceiver } from '../../../camera-client/receive-path/media-receiver.ts';
import type { ReceivedPacket } from '../../../camera-client/receive-path/track-receiver.ts';
import type { Picture } from '../../../device/live-stream/picture.ts';
import { RetransmissionRing } from '../../../device/viewer-session/media-path/retransmission-ring.ts';
import { VideoSender } from '../../../device/viewer-session/media-path/video-sender.ts';
import { parseRtcp, type RtcpPacket } from '../../../media/rtcp.ts';
import { SrtpGcmReceiver, SrtpGcmSender } from '../../../media/srtp-gcm.ts';
import { ManualClock } from '../../device/manual-clock.ts';
import { SimulatedLink, type LinkShape } from './simulated-link.ts';

const KEYS = { masterKey: Buffer.alloc(16, 7), masterSalt: Buffer.alloc(12, 9) };
const PAYLOAD_TYPES = { media: 99, rtx: 100 };
const OUR_SSRC = 0xfeed;
const PICTURE_INTERVAL_MS = 33;
const PACKETS_PER_PICTURE = 7;
const DEFAULT_PACKETS_PER_KEYFRAME = 57;
const GOP_LENGTH = 60;
const NUMBER_AT = 2;

export interface SimulatedViewOptions {
  readonly shape: LinkShape;
  readonly withRtx?: boolean;
  readonly firstSequenceNumber?: number;
  readonly packetsPerKeyframe?: number;
}

/** The camera's sender and our receiver in simulated time, with a network between them. */
export class SimulatedView {
  readonly clock = new ManualClock();
  readonly received: ReceivedPacket[] = [];
  /** What the viewer told the camera. */
  readonly requests: RtcpPacket[] = [];
  readonly toViewer: SimulatedLink;
  readonly toCamera: SimulatedLink;
  readonly sender: VideoSender;
  readonly receiver: MediaReceiver;
  readonly #packetsPerKeyframe: number;
  silences = 0;
  keyframeRequests = 0;
  #pictures = 0;
  #packets = 0;
  #pictureSinceKeyframe = 0;

  constructor({
    shape,
    withRtx = true,
    firstSequenceNumber = 100,
    packetsPerKeyframe = DEFAULT_PACKETS_PER_KEYFRAME,
  }: SimulatedViewOptions) {
    this.#packetsPerKeyframe = packetsPerKeyframe;
    const protector = new SrtpGcmSender(KEYS);
    const { clock } = this;
    this.toViewer = new SimulatedLink(clock, shape, (packet) => this.receiver.handlePacket(packet));
    this.toCamera = new SimulatedLink(clock, shape, (compound) => this.#handleRequest(compound));
    this.sender = new VideoSender({
      transport: {
        sendRtp: (header, payload) => this.toViewer.send(protector.protectRtp(header, payload)),
        sendRtcp: (compound) => this.toViewer.send(protector.protectRtcp(compound)),
        waitingPackets: 0,
      },
      format: {
        payloadType: PAYLOAD_TYPES.media,
        ssrc: 1,
        rtx: withRtx ? { payloadType: PAYLOAD_TYPES.rtx, ssrc: 2 } : undefined,
        cname: 'picam',
      },
      ring: new RetransmissionRing(),
      clock,
      wallClockMs: () => 1_800_000_000_000 + clock.nowUs() / 1000,
      requestKeyframe: () => this.#handleKeyframeRequest(),
      firstSequenceNumber,
    });
    this.receiver = new MediaReceiver({
      ssrc: OUR_SSRC,
      unprotector: new SrtpGcmReceiver(KEYS),
      sendRtcp: (compound) => this.toCamera.send(compound),
      tracks: [
        {
          format: {
            kind: 'video',
            payloadType: PAYLOAD_TYPES.media,
            clockRate: 90_000,
            isRepaired: true,
            rtxPayloadType: withRtx ? PAYLOAD_TYPES.rtx : undefined,
          },
          handlePacket: (packet) => this.received.push(packet),
        },
      ],
      silentAfterMs: 1_000,
      handleSilence: () => (this.silences += 1),
      clock,
    });
  }

  /** Sends pictures at their pace, a key frame every two seconds. */
  play(count: number): void {
    for (let n = 0; n < count; n += 1) {
      this.sender.send(this.#nextPicture());
      this.clock.advance(PICTURE_INTERVAL_MS);
    }
  }

  /** How many packets the camera has sent, without those it sent again. */
  get sentPackets(): number {
    return this.#packets;
  }

  /** The numbers of the packets that came, as the camera counts them. */
  get receivedNumbers(): number[] {
    return this.received.map(({ payload }) => payload.readUInt32BE(NUMBER_AT));
  }

  requestsOf<K extends RtcpPacket['kind']>(kind: K): Extract<RtcpPacket, { kind: K }>[] {
    return this.requests.filter((request) => request.kind === kind) as Extract<RtcpPacket, { kind: K }>[];
  }

  close(): void {
    this.receiver.close();
    this.sender.close();
  }

  #nextPicture(): Picture {
    const isKeyframe = this.#pictureSinceKeyframe === 0;
    const packets = isKeyframe ? this.#packetsPerKeyframe : PACKETS_PER_PICTURE;
    const packetIndex = this.#packets;
    this.#packets += packets;
    this.#pictures += 1;
    this.#pictureSinceKeyframe = (this.#pictureSinceKeyframe + 1) % GOP_LENGTH;
    const captureTimeUs = this.#pictures * PICTURE_INTERVAL_MS * 1000;
    return {
      packets: Array.from({ length: packets }, (_, n) => ({
        payload: madePayload(isKeyframe, n, packetIndex + n),
        marker: n === packets - 1,
      })),
      packetIndex,
      rtpTimestamp: (captureTimeUs * 0.09) % 2 ** 32,
      captureTimeUs,
      readyAtUs: captureTimeUs,
      isKeyframe,
    };
  }

  /** The next picture is one. */
  #handleKeyframeRequest(): void {
    this.keyframeRequests += 1;
    this.#pictureSinceKeyframe = 0;
  }

  #handleRequest(compound: Buffer): void {
    this.requests.push(...parseRtcp(compound));
    this.sender.handleRtcp(compound);
  }
}

/** The beginning of a slice, the packet's number, and some bytes. */
function madePayload(isKeyframe: boolean, place: number, number: number): Buffer {
  const payload = Buffer.alloc(40, number & 0xff);
  payload[0] = isKeyframe ? 0x65 : 0x41;
  payload[1] = place === 0 ? 0x88 : 0x44;
  payload.writeUInt32BE(number, NUMBER_AT);
  return payload;
}
