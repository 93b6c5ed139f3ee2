import type { DeviceInfo } from '../contract/device-messages.ts';
import type { MessageBus } from '../contract/message-bus.ts';
import type { Lifetime } from '../foundation/lifetime.ts';
import type { Logger } from '../foundation/logger.ts';
import type { DeviceConfiguration } from './device-configuration.ts';
import type { Tally } from './telemetry/tally.ts';

/** What every part of a device is opened with. */
export interface DevicePart {
  readonly configuration: DeviceConfiguration;
  readonly bus: MessageBus;
  readonly info: DeviceInfo;
  readonly logger: Logger;
  /** Where each part counts what it does. */
  readonly tally: Tally;
  /** Closes what a part opened, the newest first. */
  readonly lifetime: Lifetime;
  /** To be called when something that `D/state` tells may have changed. */
  readonly handleChange: () => void;
}
