import { CameraRequests, type Push } from '../camera-client/camera-requests.ts';
import { SnapshotRequests } from '../camera-client/snapshot-requests.ts';
import { CameraError } from '../contract/errors.ts';
import type { MessageBus, Unsubscribe } from '../contract/message-bus.ts';
import type { Op, ReplyData, RequestData } from '../contract/operations.ts';
import { CameraAvailability } from './camera-availability.ts';

const TRIES = 2;

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
  readonly #requests: CameraRequests;
  readonly #snapshots: SnapshotRequests;
  readonly #timeoutMs: number;

  constructor(options: CameraLinkOptions) {
    this.device = options.device;
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

  /** What this camera says to this link without having been asked. */
  onPush(handle: (push: Push) => void): Unsubscribe {
    return this.#requests.onPush((push) => {
      if (push.device === this.device) handle(push);
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
