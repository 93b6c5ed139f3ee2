import type { Logging } from 'homebridge';
import type { Logger } from '../../foundation/logger.ts';

/** Our lines in Homebridge's log. With `debug` they show without Homebridge's own debug mode too. */
export function homebridgeLogger(log: Logging, debug: boolean): Logger {
  return {
    debug: (message) => (debug ? log.info(message) : log.debug(message)),
    info: (message) => log.info(message),
    warn: (message) => log.warn(message),
    error: (message) => log.error(message),
  };
}
