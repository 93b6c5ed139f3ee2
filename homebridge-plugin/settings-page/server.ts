import { systemClock } from '../../foundation/clock.ts';
import { createConsoleLogger } from '../../foundation/logger.ts';
import { withTimeout } from '../../foundation/time-out.ts';
import { PluginUiProcess, type ParentChannel } from './plugin-ui-process.ts';
import { SettingsServer } from './settings-server.ts';

/** Less than the Homebridge UI waits before it ends this process itself. */
const CLOSE_TIMEOUT_MS = 4_500;

const parent: ParentChannel = {
  send: (message) => {
    if (process.connected) process.send?.(message);
  },
  onMessage: (handle) => void process.on('message', handle),
  onDisconnect: (handle) => void process.once('disconnect', handle),
};

const logger = createConsoleLogger({ level: 'error' });
const page = new PluginUiProcess(parent, logger);
const storage = process.env['HOMEBRIDGE_STORAGE_PATH'] ?? '';
const config = process.env['HOMEBRIDGE_CONFIG_PATH'] ?? '';
const server = new SettingsServer({ page, files: { storage, config }, clock: systemClock });

let isEnding = false;
async function end(): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  await withTimeout(server.close(), CLOSE_TIMEOUT_MS, 'the end of the settings page').catch(() => undefined);
  process.exit(0);
}

parent.onDisconnect(() => void end());
process.once('SIGTERM', () => void end());
server.open();
