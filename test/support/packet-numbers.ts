import { createRequire } from 'node:module';

/** How many packet numbers the MQTT codec that a package loads has made ready to be sent. */
export function packetNumbersKeptBy(packageName: string): number {
  const ofThePackage = createRequire(createRequire(import.meta.url).resolve(packageName));
  const { cache } = ofThePackage('mqtt-packet/numbers') as { readonly cache: object };
  return Object.keys(cache).length;
}
