import { z } from 'zod';

const PROTOCOLS = ['mqtt:', 'mqtts:', 'ws:', 'wss:'];
const ENCRYPTED_PROTOCOLS = new Set(['mqtts:', 'wss:']);
const OF_ENCRYPTION = ['caFile', 'certFile', 'keyFile', 'alpn'] as const;

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
  /** PEM files: of the authority that signed the broker's certificate, and this client's own certificate and key. */
  caFile: z.string().optional(),
  certFile: z.string().optional(),
  keyFile: z.string().optional(),
  /** The protocol to ask for within TLS, such as `x-amzn-mqtt-ca` for AWS IoT Core on port 443. */
  alpn: z.string().min(1).max(255).optional(),
});
export type BrokerSettings = z.infer<typeof brokerSettingsSchema>;

/** For `superRefine`: settings that are right each, but not together. */
export function refuseContradictions(settings: BrokerSettings, context: z.RefinementCtx): void {
  const refuse = (key: keyof BrokerSettings, message: string) =>
    context.addIssue({ code: 'custom', path: [key], message });
  const { url, username, password, certFile, keyFile } = settings;
  if (password && !username && !hasUserName(url))
    refuse('username', 'must be there too: a broker takes no password without a user name');
  if (certFile !== undefined && keyFile === undefined)
    refuse('keyFile', 'must be there too: the private key of the certificate in certFile');
  if (keyFile !== undefined && certFile === undefined)
    refuse('certFile', 'must be there too: the certificate that belongs to keyFile');
  if (!isBrokerUrl(url) || isEncrypted(settings)) return;
  for (const key of OF_ENCRYPTION)
    if (settings[key] !== undefined)
      refuse(key, 'needs an encrypted connection; begin url with mqtts:// or wss://, or take this away');
}

/** A client's certificate says by itself that TLS is meant. */
function isEncrypted({ url, certFile, keyFile }: BrokerSettings): boolean {
  return ENCRYPTED_PROTOCOLS.has(new URL(url).protocol) || (certFile !== undefined && keyFile !== undefined);
}

/** A broker's URL without user name and password, for logs and messages. */
export function redactedUrl(url: string): string {
  if (!URL.canParse(url)) return '(not a URL)';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}

function hasUserName(url: string): boolean {
  return URL.canParse(url) && new URL(url).username !== '';
}

function isBrokerUrl(text: string): boolean {
  return URL.canParse(text) && PROTOCOLS.includes(new URL(text).protocol) && new URL(text).hostname !== '';
}
