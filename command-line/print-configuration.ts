import { stringify } from 'yaml';
import { redactRtspUrls } from '../device/capture/rtsp-source.ts';
import { redactedUrl } from '../foundation/broker-settings.ts';
import type { Configuration } from './configuration-schema.ts';

const MASK = '********';
const SECRET_KEYS = new Set([
  'password',
  'passwordHash',
  'credential',
  'token',
  'secret',
  'apiKey',
  'apiToken',
  'authToken',
  'authorization',
]);

/** The configuration as it is in force, as YAML and without its secrets. */
export function printedConfiguration(configuration: Configuration): string {
  const { broker } = configuration;
  const shown = {
    ...configuration,
    source: redactRtspUrls(configuration.source),
    ...(broker && { broker: { ...broker, url: redactedUrl(broker.url) } }),
  };
  return stringify(
    JSON.parse(JSON.stringify(shown, (key, value: unknown) => (SECRET_KEYS.has(key) ? MASK : value))),
  );
}
