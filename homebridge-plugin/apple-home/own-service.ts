import type { PlatformAccessory, ServiceType } from './hap.ts';

/** Sets our services apart from those that HAP-NodeJS adds to a camera itself. */
const OWN = 'picam';

export interface OwnService {
  readonly type: ServiceType;
  readonly name: string;
  readonly isWanted: boolean;
}

/** The service of a cached accessory or a new one; one that is no longer wanted goes. */
export function ownService(accessory: PlatformAccessory, { type, name, isWanted }: OwnService) {
  const known = accessory.getServiceById(type, OWN);
  if (isWanted) return known ?? accessory.addService(type, name, OWN);
  if (known) accessory.removeService(known);
  return undefined;
}
