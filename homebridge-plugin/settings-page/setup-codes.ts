import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { settingsOf, type Configuration } from '../configuration.ts';
import { hapIdOfCamera } from '../pairing/accessory-identity.ts';
import { qrCode } from '../pairing/qr-code.ts';
import { setupUri } from '../pairing/setup-uri.ts';
import { readStoredAccessories } from '../pairing/stored-accessories.ts';

/** How a camera gets into the Home app. */
export interface SetupCode {
  readonly device: string;
  /** With the bridge, as one of its accessories, or by itself. */
  readonly how: 'bridge' | 'itself';
  /** As typed into the Home app. */
  readonly pin?: string;
  /** Rows of `1` and `0`, dark and light. Absent before Homebridge has shown the camera once. */
  readonly qr?: readonly string[];
  readonly isPaired: boolean;
}

export interface HomebridgeFiles {
  /** Homebridge's own folder. */
  readonly storage: string;
  readonly config: string;
}

const bridgeSchema = z.object({ username: z.string().optional(), pin: z.string().optional() });
const homebridgeSchema = z.object({ bridge: bridgeSchema.default({}) });
/** A plugin that runs in a bridge of its own has its identity in its own settings. */
const childBridgeSchema = z.object({ _bridge: bridgeSchema.optional() });

/** @param raw the plugin's own block, as it is in the page. */
export function setupCodes(
  raw: unknown,
  configuration: Configuration,
  devices: readonly string[],
  files: HomebridgeFiles,
): SetupCode[] {
  const stored = readStoredAccessories(files.storage);
  const bridge = bridgeOf(raw, files.config);
  return devices.map((device) => {
    const { bridged } = settingsOf(configuration, device);
    const id = bridged ? bridge.username : hapIdOfCamera(configuration.prefix, device);
    const accessory = stored.find((one) => one.id === id);
    const pin = accessory?.pin ?? bridge.pin;
    return {
      device,
      how: bridged ? 'bridge' : 'itself',
      ...(pin !== undefined && { pin }),
      ...(accessory && { qr: qrRows(setupUri(accessory)) }),
      isPaired: accessory?.isPaired ?? false,
    };
  });
}

function bridgeOf(raw: unknown, configFile: string): z.infer<typeof bridgeSchema> {
  const main = readBridge(configFile);
  const child = childBridgeSchema.safeParse(raw).data?._bridge;
  return child?.username === undefined ? main : { ...main, ...child };
}

function readBridge(configFile: string): z.infer<typeof bridgeSchema> {
  try {
    return homebridgeSchema.parse(JSON.parse(readFileSync(configFile, 'utf8'))).bridge;
  } catch {
    return {};
  }
}

function qrRows(uri: string): string[] {
  return qrCode(uri).map((row) => row.map((isDark) => (isDark ? '1' : '0')).join(''));
}
