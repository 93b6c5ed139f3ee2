import type { RTCSctpTransport } from 'werift';
import { CHANNEL_MESSAGES_PER_SECOND } from '../../../contract/limits.ts';
import { systemClock, type Clock } from '../../capture/clock.ts';
import { TokenBucket } from '../media-path/token-bucket.ts';
import { MessagePace } from './message-pace.ts';
import { isSoundSctpPacket } from './sctp-packet.ts';

/** What a payload is (RFC 8831 §8). */
const CONTROL = 50;
const TEXT = 51;
const EMPTY_TEXT = 56;
/** Of the protocol that opens channels (RFC 8832). */
const OPEN = 3;
const OPEN_BYTES = 12;
const ACKNOWLEDGEMENT = Buffer.of(2);

/** Messages, acknowledgements and what else a viewer that keeps to the rules sends is a quarter of that. */
const PACKETS_PER_SECOND = 4 * CHANNEL_MESSAGES_PER_SECOND;
/** Of messages that are not whole yet, or came out of order. */
const MOST_HELD_BYTES = 64 * 1024;
const MOST_HELD_PACKETS = 512;
/** A viewer that acknowledges nothing is sent no more. */
const MOST_WAITING_MESSAGES = 64;

export interface WeriftDataChannelOptions {
  readonly transport: RTCSctpTransport;
  readonly clock: Clock;
  readonly handleMessage: (text: string) => void;
}

/** What werift keeps to itself of an association. */
interface Association {
  /** Rejects for what it cannot read; its own caller does not listen to that. */
  handleData(packet: Buffer): Promise<void>;
  /** Less by what it holds back. */
  readonly advertisedRwnd: number;
  readonly sackMisOrdered: ReadonlySet<number>;
}

/**
 * A viewer's data channel on werift's SCTP: the first it opens, whatever its label; others, and what is not text, are
 * left alone.
 *
 * Only packets that are built right reach werift, and no more a second than an honest viewer sends: the rest counts as
 * lost, which makes every sender slow down. So nothing that one viewer sends here takes time from the pictures of all.
 */
export class WeriftDataChannel {
  readonly #options: WeriftDataChannelOptions;
  readonly #bucket = new TokenBucket();
  readonly #pace: MessagePace;
  #subscriptions: (() => void)[] = [];
  #stream: number | undefined;
  readonly #association: Association;
  #windowBytes = 0;
  #waitingMessages = 0;
  #isClosed = false;

  constructor(options: WeriftDataChannelOptions) {
    this.#options = options;
    this.#association = options.transport.sctp as unknown as Association;
    this.#pace = new MessagePace({
      clock: options.clock,
      perSecond: CHANNEL_MESSAGES_PER_SECOND,
      handle: options.handleMessage,
    });
  }

  /** From now on nothing of the viewer's comes to werift but through here. */
  open(): void {
    const { sctp, dtlsTransport } = this.#options.transport;
    this.#windowBytes = this.#association.advertisedRwnd;
    // werift's own reader fails, and the process with it, when it meets what it does not know.
    sctp.onReceive.allUnsubscribe();
    dtlsTransport.dataReceiver = (packet) => this.#receive(packet);
    this.#subscriptions = [
      sctp.onReceive.subscribe((stream, kind, data) => this.#handle(stream, kind, data)),
      sctp.onReconfigStreams.subscribe((streams: number[]) => this.#forget(streams)),
      sctp.stateChanged.closed.subscribe(() => this.close()),
    ].map(({ unSubscribe }) => unSubscribe);
  }

  /** @returns whether there is a channel that takes it. */
  send(text: string): boolean {
    if (this.#stream === undefined || this.#waitingMessages >= MOST_WAITING_MESSAGES) return false;
    if (text === '') this.#sendPayload(this.#stream, EMPTY_TEXT, Buffer.of(0));
    else this.#sendPayload(this.#stream, TEXT, Buffer.from(text));
    return true;
  }

  close(): void {
    this.#isClosed = true;
    this.#stream = undefined;
    this.#pace.close();
    for (const unsubscribe of this.#subscriptions) unsubscribe();
    this.#subscriptions = [];
  }

  #receive(packet: Buffer): void {
    if (this.#isClosed || !isSoundSctpPacket(packet)) return;
    const nowUs = this.#options.clock.nowUs();
    if (!this.#bucket.hasCredit(nowUs, PACKETS_PER_SECOND, PACKETS_PER_SECOND)) return;
    this.#bucket.spend(1);
    // What werift cannot read is a lost packet.
    this.#association.handleData(packet).catch(() => undefined);
    const { advertisedRwnd, sackMisOrdered } = this.#association;
    const heldBytes = this.#windowBytes - advertisedRwnd;
    if (heldBytes > MOST_HELD_BYTES || sackMisOrdered.size > MOST_HELD_PACKETS) this.close();
  }

  #handle(stream: number, kind: number, data: Buffer): void {
    if (kind === CONTROL) this.#handleControl(stream, data);
    else if (stream !== this.#stream) return;
    else if (kind === TEXT) this.#pace.push(data.toString());
    else if (kind === EMPTY_TEXT) this.#pace.push('');
  }

  #handleControl(stream: number, data: Buffer): void {
    if (data.length < OPEN_BYTES || data.readUInt8(0) !== OPEN) return;
    this.#stream ??= stream;
    if (this.#stream === stream) this.#sendPayload(stream, CONTROL, ACKNOWLEDGEMENT);
  }

  #forget(streams: readonly number[]): void {
    if (this.#stream !== undefined && streams.includes(this.#stream)) this.#stream = undefined;
  }

  #sendPayload(stream: number, kind: number, payload: Buffer): void {
    this.#waitingMessages += 1;
    const handleSent = () => void (this.#waitingMessages -= 1);
    this.#options.transport.sctp.send(stream, kind, payload).then(handleSent, handleSent);
  }
}

/** @returns the channel, which is listened to from now on; undefined where the offer has no place for one. */
export function openDataChannel(
  transport: RTCSctpTransport | undefined,
  handleMessage: (text: string) => void,
): WeriftDataChannel | undefined {
  if (!transport) return undefined;
  const channel = new WeriftDataChannel({ transport, clock: systemClock, handleMessage });
  channel.open();
  return channel;
}
