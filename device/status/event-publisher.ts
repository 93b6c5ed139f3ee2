import type { DeviceEvent } from '../../contract/device-messages.ts';
import type { MessageBus, PublishOptions } from '../../contract/message-bus.ts';
import { deviceTopics } from '../../contract/topics.ts';
import { randomIdentifier } from '../../foundation/identifiers.ts';
import { describeError, type Logger } from '../../foundation/logger.ts';

export interface EventPublisherOptions {
  readonly bus: MessageBus;
  readonly prefix: string;
  readonly device: string;
  readonly boot: string;
  readonly logger: Logger;
}

/** `D/event/<kind>`. An event that the broker is not there for is lost; its number shows the gap. */
export class EventPublisher {
  readonly #options: EventPublisherOptions;
  #nextSeq = 0;

  constructor(options: EventPublisherOptions) {
    this.#options = options;
  }

  publish(kind: string, data: DeviceEvent['data'], options: PublishOptions = {}): void {
    const { bus, prefix, device, boot, logger } = this.#options;
    const event: DeviceEvent = {
      id: randomIdentifier(),
      boot,
      seq: this.#nextSeq++,
      ts: Date.now(),
      kind,
      data,
    };
    const topic = deviceTopics(prefix, device).event(kind);
    bus.publish(topic, JSON.stringify(event), options).catch((error: unknown) => {
      logger.debug(`an event ${kind} could not be published: ${describeError(error)}`);
    });
  }
}
