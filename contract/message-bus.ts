/** One message as it came from the broker. `payload` must not be changed: other readers share it. */
export interface InboundMessage {
  readonly topic: string;
  readonly payload: Buffer;
  /** True only for a message the broker had kept, not for one published while subscribed. */
  readonly retained: boolean;
}

export interface PublishOptions {
  /** Default 1. */
  readonly qos?: 0 | 1;
  /** Default false. */
  readonly retain?: boolean;
}

/** Ends what it was returned for; calling it again does nothing. */
export type Unsubscribe = () => void;

/**
 * The broker as the contract's users see it. Nothing is queued while the broker is away: a stale offer that goes out
 * after a reconnect would be worse than none.
 */
export interface MessageBus {
  readonly connected: boolean;
  /** Rejects with a CameraError `offline` while the broker is away or when it does not confirm in time. */
  publish(topic: string, payload: string | Buffer, options?: PublishOptions): Promise<void>;
  /** Subscriptions outlive reconnects. `handle` must not throw. */
  subscribe(filter: string, handle: (message: InboundMessage) => void): Unsubscribe;
  /** Called with each change, and once soon after subscribing if already connected. */
  onConnectionChange(handle: (connected: boolean) => void): Unsubscribe;
}
