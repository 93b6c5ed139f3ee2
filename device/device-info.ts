import type { DeviceInfo } from '../contract/device-messages.ts';
import { CHANNEL_MESSAGES_PER_SECOND, MAX_CHANNEL_MESSAGE_BYTES } from '../contract/limits.ts';
import { OPERATIONS } from '../contract/operations.ts';
import { randomIdentifier } from '../foundation/identifiers.ts';
import type { AllowedPower, DeviceConfiguration } from './device-configuration.ts';
import { machineModel } from './status/model.ts';
import { softwareVersion } from './status/software-version.ts';

/** What this start of the daemon says of itself. */
export function deviceInfo(configuration: DeviceConfiguration, dtlsFingerprint: string): DeviceInfo {
  const { name, maxViewers, video, audio, dataChannel } = configuration;
  const { width, height, fps, bitrateKbps } = video;
  return {
    v: 1,
    boot: randomIdentifier(),
    name,
    model: machineModel(),
    sw: softwareVersion(),
    caps: Object.keys(OPERATIONS).filter((op) => isAllowed(op, configuration)),
    ...(audio.source !== 'off' && { audio: { codec: 'opus' } }),
    ...(audio.speaker !== 'off' && { speaker: { codec: 'opus' } }),
    ...(dataChannel.enabled && {
      dataChannel: { maxBytes: MAX_CHANNEL_MESSAGE_BYTES, perSecond: CHANNEL_MESSAGES_PER_SECOND },
    }),
    limits: { viewers: maxViewers, width, height, fps, bitrateKbps },
    dtlsFingerprint,
    auth: 'off',
  };
}

function isAllowed(op: string, { allow, dataChannel }: DeviceConfiguration): boolean {
  if (op === 'message') return dataChannel.enabled;
  return !(op in allow) || allow[op as keyof AllowedPower];
}
