import { createHash } from 'node:crypto';
import type { MessageBus } from '../../contract/message-bus.ts';
import type { ParsedRequestData, ReplyData } from '../../contract/operations.ts';
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

/** Takes a snapshot and sends the JPEG out before it is answered which message it is. */
export class SnapshotPublisher {
  readonly #bus: MessageBus;
  readonly #topic: string;
  readonly #camera: SnapshotCamera;
  readonly #checkAllowed: () => void;

  /** @param checkAllowed throws when no picture may leave the device; asked again when there is one. */
  constructor(bus: MessageBus, topic: string, camera: SnapshotCamera, checkAllowed: () => void) {
    this.#bus = bus;
    this.#topic = topic;
    this.#camera = camera;
    this.#checkAllowed = checkAllowed;
  }

  async publish(wanted: ParsedRequestData<'snapshot'>): Promise<ReplyData<'snapshot'>> {
    this.#checkAllowed();
    const { jpeg, width, height, ts } = await this.#camera.take(wanted);
    this.#checkAllowed();
    await this.#bus.publish(this.#topic, jpeg, { qos: 0 });
    const sha256 = createHash('sha256').update(jpeg).digest('hex');
    return { sha256, bytes: jpeg.length, width, height, ts };
  }
}

export function snapshotHandlers(publisher: SnapshotPublisher): Pick<Handlers, 'snapshot'> {
  return { snapshot: ({ data }) => publisher.publish(data) };
}
