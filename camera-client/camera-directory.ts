import type { z } from 'zod';
import {
  infoSchema,
  stateSchema,
  statusSchema,
  type DeviceInfo,
  type DeviceState,
} from '../contract/device-messages.ts';
import { parseJson } from '../contract/envelopes.ts';
import { MAX_CAMERAS, OFFLINE_DEBOUNCE_MS } from '../contract/limits.ts';
import type { InboundMessage, MessageBus, Unsubscribe } from '../contract/message-bus.ts';
import { OPERATIONS } from '../contract/operations.ts';
import { fleetTopics, parseTopic } from '../contract/topics.ts';
import type { CameraRequests, Push } from './camera-requests.ts';

/** What is known of one camera on the broker. */
export interface KnownCamera {
  readonly device: string;
  /** Debounced: true until the camera has been away, or the broker unreachable, for two seconds. */
  readonly online: boolean;
  readonly info: DeviceInfo | undefined;
  readonly state: DeviceState | undefined;
}

export interface CameraDirectoryOptions {
  readonly bus: MessageBus;
  readonly prefix: string;
  readonly requests: CameraRequests;
  readonly offlineDebounceMs?: number;
}

/** Finds the cameras of a prefix by what they keep on the broker and by asking `hello`, and follows what becomes of them. */
export class CameraDirectory {
  readonly #options: CameraDirectoryOptions;
  readonly #cameras = new Map<string, KnownCamera>();
  readonly #listeners = new Set<(camera: KnownCamera) => void>();
  readonly #goingOffline = new Map<string, NodeJS.Timeout>();
  /** Topics on which something came as it was said, since the broker was there. */
  readonly #heard = new Set<string>();
  #subscriptions: Unsubscribe[] = [];

  constructor(options: CameraDirectoryOptions) {
    this.#options = options;
  }

  /** Sorted by device id. */
  get cameras(): KnownCamera[] {
    return [...this.#cameras.values()].sort((a, b) => (a.device < b.device ? -1 : 1));
  }

  find(device: string): KnownCamera | undefined {
    return this.#cameras.get(device);
  }

  open(): void {
    if (this.#subscriptions.length > 0) return;
    const { bus, prefix, requests } = this.#options;
    const topics = fleetTopics(prefix);
    const handle = (message: InboundMessage) => this.#handleMessage(message);
    this.#subscriptions = [
      requests.onPush((push) => this.#handlePush(push)),
      ...[topics.everyStatus, topics.everyInfo, topics.everyState].map((filter) =>
        bus.subscribe(filter, handle),
      ),
      bus.onConnectionChange((connected) => this.#handleConnectionChange(connected)),
    ];
  }

  close(): void {
    for (const unsubscribe of this.#subscriptions) unsubscribe();
    this.#subscriptions = [];
    for (const timer of this.#goingOffline.values()) clearTimeout(timer);
    this.#goingOffline.clear();
    this.#listeners.clear();
  }

  /** Called for every camera already known, soon, and then with each change. */
  onChange(handle: (camera: KnownCamera) => void): Unsubscribe {
    this.#listeners.add(handle);
    queueMicrotask(() => {
      if (this.#listeners.has(handle)) this.cameras.forEach(handle);
    });
    return () => void this.#listeners.delete(handle);
  }

  #handleMessage({ topic, payload, retained }: InboundMessage): void {
    const parsed = parseTopic(this.#options.prefix, topic);
    if (!parsed || parsed.kind === 'hello') return;
    const { device } = parsed;
    if (!this.#cameras.has(device) && this.#cameras.size >= MAX_CAMERAS) return;
    // A broker reads what it has kept while it goes on handing out what is said: what it read may be older.
    if (retained && this.#heard.has(topic)) return;
    if (!retained) this.#heard.add(topic);
    // Anything may be published below the prefix; what is not of the contract is nobody's camera.
    if (parsed.kind === 'status') this.#handleStatus(device, payload.toString());
    else if (parsed.kind === 'info' && payload.length === 0) this.#forget(device);
    else if (parsed.kind === 'info') this.#update(device, { info: readOrUndefined(infoSchema, payload) });
    else if (parsed.kind === 'state') this.#update(device, { state: readOrUndefined(stateSchema, payload) });
  }

  #handleStatus(device: string, text: string): void {
    const status = statusSchema.safeParse(text);
    if (!status.success) return;
    if (status.data === 'online') this.#setOnline(device);
    else this.#setOfflineSoon(device);
  }

  #handlePush({ device, op, data }: Push): void {
    if (op !== 'hello') return;
    const hello = OPERATIONS.hello.reply.safeParse(data);
    if (!hello.success) return;
    this.#cancelOffline(device);
    this.#update(device, { ...hello.data, online: true });
  }

  #handleConnectionChange(connected: boolean): void {
    if (!connected) {
      for (const camera of this.#cameras.values()) this.#setOfflineSoon(camera.device);
      return;
    }
    this.#heard.clear();
    // A broker that lost its memory has nothing retained to tell; a failed hello is repeated by the next connect.
    this.#options.requests.hello().catch(() => undefined);
  }

  #setOnline(device: string): void {
    this.#cancelOffline(device);
    this.#update(device, { online: true });
  }

  #setOfflineSoon(device: string): void {
    if (this.#goingOffline.has(device)) return;
    if (this.#cameras.get(device)?.online !== true) {
      this.#update(device, { online: false });
      return;
    }
    const timer = setTimeout(() => {
      this.#goingOffline.delete(device);
      this.#update(device, { online: false });
    }, this.#options.offlineDebounceMs ?? OFFLINE_DEBOUNCE_MS);
    this.#goingOffline.set(device, timer);
  }

  #cancelOffline(device: string): void {
    clearTimeout(this.#goingOffline.get(device));
    this.#goingOffline.delete(device);
  }

  #update(device: string, change: Partial<KnownCamera>): void {
    const before = this.#cameras.get(device) ?? { device, online: false, info: undefined, state: undefined };
    const camera = { ...before, ...change };
    if (this.#cameras.has(device) && JSON.stringify(before) === JSON.stringify(camera)) return;
    this.#cameras.set(device, camera);
    for (const listener of [...this.#listeners]) listener(camera);
  }

  #forget(device: string): void {
    this.#cancelOffline(device);
    const camera = this.#cameras.get(device);
    if (!camera) return;
    this.#cameras.delete(device);
    for (const listener of [...this.#listeners])
      listener({ ...camera, online: false, info: undefined, state: undefined });
  }
}

function readOrUndefined<T>(schema: z.ZodType<T>, payload: Buffer): T | undefined {
  try {
    return parseJson(schema, payload, 'message');
  } catch {
    return undefined;
  }
}
