import { stateSchema } from '../../contract/device-messages.ts';
import type { MessageBus } from '../../contract/message-bus.ts';
import { deviceTopics } from '../../contract/topics.ts';
import { waitUntil } from './wait-until.ts';

const PATIENCE_MS = 30_000;

/** How many viewers a camera says that it has, which it does at most once a second. */
export class FollowedViewers {
  #now = 0;
  #most = 0;

  constructor(bus: MessageBus, device: string) {
    bus.subscribe(deviceTopics('picam', device).state, ({ payload }) => {
      this.#now = stateSchema.parse(JSON.parse(payload.toString())).viewers;
      this.#most = Math.max(this.#most, this.#now);
    });
  }

  get now(): number {
    return this.#now;
  }

  /** Since `forget`. */
  get most(): number {
    return this.#most;
  }

  forget(): void {
    this.#most = this.#now;
  }

  async become(count: number): Promise<void> {
    await waitUntil(`the camera has ${count} viewers`, () => this.#now === count, PATIENCE_MS);
  }
}
