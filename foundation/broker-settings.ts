import { readFileSync } from 'node:fs';
import { z } from 'zod';

const PROTOCOLS = ['mqtt:', 'mqtts:', 'ws:', 'wss:'];

/** How to reach the broker, as people write it in a configuration. */
export const brokerSettingsSchema = z.object({
  url: z
    .string()
    .refine(
      isBrokerUrl,
      `must be a URL that starts with ${PROTOCOLS.join(', ')} such as "mqtt://192.168.1.5:1883"`,
    ),
  username: z.string().optional(),
  password: z.string().optional(),
  /** PEM files. */
  caFile: z.string().optional(),
  certFile: z.string().optional(),
  keyFile: z.string().optional(),
});
export type BrokerSettings = z.infer<typeof brokerSettingsSchema>;

export class BrokerSettingsError extends Error {
  override readonly name = 'BrokerSettingsError';
}

/** @throws BrokerSettingsError naming the file that cannot be read. */
export function readPem(
  key: 'caFile' | 'certFile' | 'keyFile',
  path: string | undefined,
): Buffer | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new BrokerSettingsError(
      `broker.${key}: cannot read ${path}; give the path of a PEM file this user may read.`,
      { cause },
    );
  }
}

/** A broker's URL without user name and password, for logs and messages. */
export function redactedUrl(url: string): string {
  if (!URL.canParse(url)) return '(not a URL)';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}

function isBrokerUrl(text: string): boolean {
  return URL.canParse(text) && PROTOCOLS.includes(new URL(text).protocol) && new URL(text).hostname !== '';
}
