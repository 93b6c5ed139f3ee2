import { deviceTopics } from '../../contract/topics.ts';
import { describeError } from '../../foundation/logger.ts';
import type { DevicePart } from '../device-part.ts';

/** Tells a peer what it did not ask for. */
export function push(
  { configuration, bus, info, logger }: Pick<DevicePart, 'configuration' | 'bus' | 'info' | 'logger'>,
  peer: string,
  { op, data }: { readonly op: string; readonly data: unknown },
): void {
  const { prefix, device } = configuration;
  const message = JSON.stringify({ v: 1, id: null, op, boot: info.boot, ok: true, data });
  bus.publish(deviceTopics(prefix, device).reply(peer), message).catch((error: unknown) => {
    logger.debug(`a ${op} for ${peer} could not be sent: ${describeError(error)}`);
  });
}
