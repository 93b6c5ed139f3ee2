import { createHash } from 'node:crypto';
import type { MessageBus } from '../../contract/message-bus.ts';
import type { ParsedRequestData, ReplyData } from '../../contract/operations.ts';
import type { Tally } from '../telemetry/tally.ts';
import type { Handlers } from './handlers.ts';

export interface SnapshotCamera {
  /** `ts` is when the picture was taken, milliseconds since 1970. */
  take(wanted: { readonly width?: number | undefined; readonly quality?: number | undefined }): Promise<{
    readonly jpeg: Buffer;
    readonly width: number;
    readonly height: number;
    readonly ts: number;
  }>;
}

export interface SnapshotPublisherOptions {
  readonly bus: MessageBus;
  readonly topic: string;
  readonly camera: SnapshotCamera;
  /** Throws when no picture may leave the device; asked again when there is one. */
  readonly checkAllowed: () => void;
  readonly tally: Pick<Tally, 'snapshots'>;
}

/** Takes a snapshot and sends the JPEG out before it is answered which message it is. */
export class SnapshotPublisher {
  readonly #options: SnapshotPublisherOptions;

  constructor(options: SnapshotPublisherOptions) {
    this.#options = options;
  }

  async publish(wanted: ParsedRequestData<'snapshot'>): Promise<ReplyData<'snapshot'>> {
    this.#options.checkAllowed();
    const { snapshots } = this.#options.tally;
    try {
      const published = await this.#publish(wanted);
      snapshots.taken += 1;
      return published;
    } catch (error) {
      snapshots.failed += 1;
      throw error;
    }
  }

  async #publish(wanted: ParsedRequestData<'snapshot'>): Promise<ReplyData<'snapshot'>> {
    const { bus, topic, camera, checkAllowed } = this.#options;
    const { jpeg, width, height, ts } = await camera.take(wanted);
    checkAllowed();
    await bus.publish(topic, jpeg, { qos: 0 });
    const sha256 = createHash('sha256').update(jpeg).digest('hex');
    return { sha256, bytes: jpeg.length, width, height, ts };
  }
}

export function snapshotHandlers(publisher: SnapshotPublisher): Pick<Handlers, 'snapshot'> {
  return { snapshot: ({ data }) => publisher.publish(data) };
}
