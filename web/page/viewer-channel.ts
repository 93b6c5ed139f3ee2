/** What the page says at once before the browser has to hold it back. */
const MOST_BUFFERED_BYTES = 16 * 1024;

export interface ViewerChannelHandlers {
  readonly onOpen: (isOpen: boolean) => void;
  readonly onMessage: (text: string) => void;
}

/** Messages to and from the camera over the view's own connection. A camera that does not allow them never opens it. */
export class ViewerChannel {
  readonly #handlers: ViewerChannelHandlers;
  readonly #channels = new WeakMap<RTCPeerConnection, RTCDataChannel>();
  #channel: RTCDataChannel | undefined;

  constructor(handlers: ViewerChannelHandlers) {
    this.#handlers = handlers;
  }

  get isOpen(): boolean {
    return this.#channel?.readyState === 'open';
  }

  /** Takes the place of the connection before; it may also be one that had this place earlier. */
  attach(peer: RTCPeerConnection): void {
    const channel = this.#channels.get(peer) ?? this.#create(peer);
    this.#channel = channel;
    this.#tell(channel);
  }

  /** A text as it is, anything else as JSON. @returns whether it is on its way. */
  send(value: unknown): boolean {
    const channel = this.#channel;
    if (channel?.readyState !== 'open' || channel.bufferedAmount > MOST_BUFFERED_BYTES) return false;
    try {
      channel.send(typeof value === 'string' ? value : JSON.stringify(value));
      return true;
    } catch {
      // Longer than the camera takes.
      return false;
    }
  }

  #create(peer: RTCPeerConnection): RTCDataChannel {
    const channel = peer.createDataChannel('picam');
    this.#channels.set(peer, channel);
    channel.addEventListener('open', () => this.#tell(channel));
    channel.addEventListener('close', () => this.#tell(channel));
    channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'string') this.#handlers.onMessage(data);
    });
    return channel;
  }

  #tell(channel: RTCDataChannel): void {
    if (this.#channel === channel) this.#handlers.onOpen(this.isOpen);
  }
}
