import type { DeviceInfo } from '../contract/device-messages.ts';
import { OPERATIONS } from '../contract/operations.ts';
import { randomIdentifier } from '../foundation/identifiers.ts';
import type { AllowedPower, DeviceConfiguration } from './device-configuration.ts';
import { machineModel } from './status/model.ts';
import { softwareVersion } from './status/software-version.ts';

/** What this start of the daemon says of itself. */
export function deviceInfo(configuration: DeviceConfiguration, dtlsFingerprint: string): DeviceInfo {
  const { name, maxViewers, video, audio, allow } = configuration;
  const { width, height, fps, bitrateKbps } = video;
  return {
    v: 1,
    boot: randomIdentifier(),
    name,
    model: machineModel(),
    sw: softwareVersion(),
    caps: Object.keys(OPERATIONS).filter((op) => !(op in allow) || allow[op as keyof AllowedPower]),
    ...(audio.source !== 'off' && { audio: { codec: 'opus' } }),
    limits: { viewers: maxViewers, width, height, fps, bitrateKbps },
    dtlsFingerprint,
    auth: 'off',
  };
}
