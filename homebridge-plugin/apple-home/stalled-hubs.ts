import type { Socket } from 'node:net';
import type { Logger } from '../../foundation/logger.ts';
import {
  DATA_STREAM_CLOSED,
  DATA_STREAM_OPENED,
  type DataStreamConnection,
  type DataStreamManagement,
} from './hap.ts';

/** Half a minute and more of what a camera sends: a hub that is only busy catches up with it. */
const MOST_WAITING_BYTES = 16 * 1024 * 1024;

/**
 * Drops home hubs that take nothing any more. HAP-NodeJS writes a recording without asking whether it is taken, so that
 * all of it would wait in memory until the network gives the hub up, which may be a quarter of an hour.
 */
export class StalledHubs {
  readonly #connections = new Set<DataStreamConnection>();
  readonly #logger: Logger;
  readonly #mostBytes: number;

  constructor(logger: Logger, mostBytes = MOST_WAITING_BYTES) {
    this.#logger = logger;
    this.#mostBytes = mostBytes;
  }

  /** To be called once, when the camera has its services. */
  watch(management: Pick<DataStreamManagement, 'onServerEvent'>): void {
    management.onServerEvent(DATA_STREAM_OPENED, (connection) => {
      this.#connections.add(connection);
      connection.on(DATA_STREAM_CLOSED, () => this.#connections.delete(connection));
    });
  }

  /** To be called with each part of a recording; whoever is dropped ends his recording by that. */
  drop(): void {
    for (const connection of this.#connections) {
      const socket = socketOf(connection);
      if (!socket || socket.writableLength <= this.#mostBytes) continue;
      this.#logger.warn(
        `a home hub has stopped taking its recording, with ${socket.writableLength} bytes on the way to it: it is dropped`,
      );
      socket.destroy();
    }
  }
}

/** HAP-NodeJS keeps it to itself; without it nobody can be dropped. */
function socketOf(connection: DataStreamConnection): Socket | undefined {
  return (connection as unknown as { readonly socket?: Socket }).socket;
}
