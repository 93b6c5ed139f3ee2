import {
  channelMessageSchema,
  type ChannelMessage,
  type DeviceEvent,
  type DeviceState,
} from '../contract/device-messages.ts';
import type { Unsubscribe } from '../contract/message-bus.ts';
import type { Availability } from './camera-availability.ts';
import type { CameraLink } from './camera-link.ts';

/** What a flow can hear of a camera. `message`: what a viewer says on its data channel; `event`: whatever the camera tells that is none of the others. */
export const NEWS_KINDS = [
  'availability',
  'motion',
  'stream',
  'viewers',
  'privacy',
  'recording',
  'health',
  'message',
  'event',
] as const;
export type NewsKind = (typeof NEWS_KINDS)[number];

type FactKind = Exclude<NewsKind, 'message' | 'event'>;
/** `online` or `offline`, true or false, a number of viewers, or the contract's word for the health. */
type FactValue = string | number | boolean;

export type News =
  | {
      readonly kind: FactKind;
      readonly value: FactValue;
      /** Nothing has changed: this is how it was when the watch began. */
      readonly isFirst: boolean;
      /** What the camera told, where it told more than the value. */
      readonly event?: DeviceEvent;
    }
  | { readonly kind: 'message'; readonly message: ChannelMessage; readonly event: DeviceEvent }
  | { readonly kind: 'event'; readonly event: DeviceEvent };

/** Tells what changes at a camera. What was known before the broker went away is not told again when it is back. */
export class CameraNews {
  readonly #announce: (news: News) => void;
  readonly #known = new Map<FactKind, FactValue>();

  constructor(announce: (news: News) => void) {
    this.#announce = announce;
  }

  watch(link: CameraLink): Unsubscribe {
    const { availability } = link;
    const ends = [
      availability.onChange((now) => this.#handleAvailability(now)),
      availability.onState((state) => this.#handleState(state)),
      link.onEvent((event) => this.#handleEvent(event)),
    ];
    if (availability.state) this.#handleState(availability.state);
    return () => {
      for (const end of ends) end();
    };
  }

  /** A broker that is away, or knows nothing of the camera, tells neither that it is there nor that it is not. */
  #handleAvailability(now: Availability): void {
    if (now === 'offline') this.#learn('availability', 'offline');
    if (now === 'online' || now === 'live') this.#learn('availability', 'online');
  }

  #handleState(state: DeviceState): void {
    this.#learn('motion', state.motion);
    this.#learn('stream', state.streaming);
    this.#learn('viewers', state.viewers);
    this.#learn('privacy', !state.enabled);
    this.#learn('recording', state.recording);
    this.#learn('health', state.health);
  }

  /** Motion comes as an event at once, and with the next state again. */
  #handleEvent(event: DeviceEvent): void {
    const { motion } = event.data;
    const message = event.kind === 'message' ? channelMessageSchema.safeParse(event.data) : undefined;
    if (event.kind === 'motion' && typeof motion === 'boolean') this.#learn('motion', motion, event);
    else if (message?.success) this.#announce({ kind: 'message', message: message.data, event });
    else this.#announce({ kind: 'event', event });
  }

  #learn(kind: FactKind, value: FactValue, event?: DeviceEvent): void {
    const before = this.#known.get(kind);
    if (before === value) return;
    this.#known.set(kind, value);
    const isFirst = before === undefined && event === undefined;
    this.#announce({ kind, value, isFirst, ...(event && { event }) });
  }
}
