import type { DeviceInfo, DeviceState } from '../../contract/device-messages.ts';
import type { Handlers } from './handlers.ts';

export interface Description {
  readonly info: DeviceInfo;
  currentState(): DeviceState;
}

/** What and how the device is. */
export function descriptionHandlers(description: Description): Pick<Handlers, 'hello' | 'get' | 'ping'> {
  const describe = () => ({ info: description.info, state: description.currentState() });
  return { hello: describe, get: describe, ping: () => ({ now: Date.now() }) };
}
