import { CameraRequests, type Push } from '../camera-client/camera-requests.ts';
import { SnapshotRequests } from '../camera-client/snapshot-requests.ts';
import { CameraError } from '../contract/errors.ts';
import { eventSchema, type DeviceEvent, type DeviceState } from '../contract/device-messages.ts';
import { parseJson } from '../contract/envelopes.ts';
import type { InboundMessage, MessageBus, Unsubscribe } from '../contract/message-bus.ts';
import type { Op, ReplyData, RequestData } from '../contract/operations.ts';
import { deviceTopics } from '../contract/topics.ts';
import { CameraAvailability } from './camera-availability.ts';

const TRIES = 2;
/** Longer than the second that a camera may wait before it tells its state. */
const TURN_TIMEOUT_MS = 5_000;

export interface CameraLinkOptions {
  readonly bus: MessageBus;
  readonly prefix: string;
  readonly device: string;
  /** This link's level in the reply topic; unique on the broker. */
  readonly peer: string;
  /** The longest wait for a reply, with the contract's one retry in it. */
  readonly timeoutMs: number;
  readonly offlineDebounceMs?: number;
}

export interface LinkRequestOptions {
  readonly session?: string;
  readonly timeoutMs?: number;
}

/** One camera for all the nodes of a flow that use it. */
export class CameraLink {
  readonly device: string;
  readonly availability: CameraAvailability;
  readonly #bus: MessageBus;
  readonly #topics: ReturnType<typeof deviceTopics>;
  readonly #requests: CameraRequests;
  readonly #snapshots: SnapshotRequests;
  readonly #timeoutMs: number;
  readonly #cancellations = new Set<() => void>();

  constructor(options: CameraLinkOptions) {
    this.device = options.device;
    this.#bus = options.bus;
    this.#topics = deviceTopics(options.prefix, options.device);
    this.#timeoutMs = options.timeoutMs;
    this.availability = new CameraAvailability(options);
    this.#requests = new CameraRequests(options);
    this.#snapshots = new SnapshotRequests({ ...options, requests: this.#requests });
  }

  open(): void {
    this.#requests.open();
    this.#snapshots.open();
    this.availability.open();
  }

  /** Fails what is still waiting. */
  close(): void {
    for (const cancel of [...this.#cancellations]) cancel();
    this.availability.close();
    this.#snapshots.close();
    this.#requests.close();
  }

  /** @throws CameraError */
  async request<O extends Op>(
    op: O,
    data: RequestData<O>,
    options: LinkRequestOptions = {},
  ): Promise<ReplyData<O>> {
    this.#expectOnline();
    const timeoutMs = (options.timeoutMs ?? this.#timeoutMs) / TRIES;
    return this.#requests.request(this.device, op, data, { ...options, timeoutMs, tries: TRIES });
  }

  /**
   * A new picture as JPEG.
   * @throws CameraError
   */
  async takeSnapshot(wanted: RequestData<'snapshot'>): Promise<Buffer> {
    this.#expectOnline();
    return this.#snapshots.take(this.device, wanted, this.#timeoutMs);
  }

  /**
   * Turns a switch of the camera, for which there is no request, and waits until the camera says so if it did not already.
   * @param property below `set/`; `isSo` knows it in the state.
   * @throws CameraError
   */
  async turn(property: string, isOn: boolean, isSo: (state: DeviceState) => boolean): Promise<void> {
    this.#expectOnline();
    const { state } = this.availability;
    const turned = state && isSo(state) ? Promise.resolve(true) : this.#tellsThat(isSo);
    const word = isOn ? 'ON' : 'OFF';
    await this.#bus.publish(this.#topics.set(property), word);
    if (await turned) return;
    throw new CameraError(
      'timeout',
      `Camera "${this.device}" did not follow set/${property} ${word}; check that the broker lets Node-RED publish it.`,
    );
  }

  /** What happens at this camera; what is kept on the broker has happened long ago. */
  onEvent(handle: (event: DeviceEvent) => void): Unsubscribe {
    return this.#bus.subscribe(this.#topics.everyEvent, ({ payload, retained }: InboundMessage) => {
      const event = retained ? undefined : readEvent(payload);
      if (event) handle(event);
    });
  }

  /** What this camera says to this link without having been asked. */
  onPush(handle: (push: Push) => void): Unsubscribe {
    return this.#requests.onPush((push) => {
      if (push.device === this.device) handle(push);
    });
  }

  #tellsThat(isSo: (state: DeviceState) => boolean): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (isTold: boolean) => {
        clearTimeout(timer);
        unsubscribe();
        this.#cancellations.delete(cancel);
        resolve(isTold);
      };
      const cancel = () => settle(false);
      const timer = setTimeout(cancel, Math.min(this.#timeoutMs, TURN_TIMEOUT_MS));
      const unsubscribe = this.availability.onState((state) => isSo(state) && settle(true));
      this.#cancellations.add(cancel);
    });
  }

  #expectOnline(): void {
    if (this.availability.current !== 'offline') return;
    throw new CameraError(
      'offline',
      `Camera "${this.device}" is offline; check its power, its network and that picam runs on it.`,
    );
  }
}

function readEvent(payload: Buffer): DeviceEvent | undefined {
  try {
    return parseJson(eventSchema, payload, 'event');
  } catch {
    return undefined;
  }
}
