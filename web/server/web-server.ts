import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { CameraDirectory } from '../../camera-client/camera-directory.ts';
import { CameraRequests } from '../../camera-client/camera-requests.ts';
import { SnapshotRequests } from '../../camera-client/snapshot-requests.ts';
import type { MessageBus } from '../../contract/message-bus.ts';
import type { IceServerSource } from '../../foundation/ice/ice-server-source.ts';
import { randomIdentifier } from '../../foundation/identifiers.ts';
import { listen } from '../../foundation/listening-server.ts';
import type { Logger } from '../../foundation/logger.ts';
import { isLoopback } from '../../foundation/loopback.ts';
import { type AccessSettings, accessSettingsSchema } from './access/access-settings.ts';
import { createAccess } from './access/create-access.ts';
import { createApp } from './app.ts';
import { CameraFinder } from './camera-finder.ts';
import { ClientRates } from './client-rates.ts';
import { HlsSessions } from './hls/hls-sessions.ts';
import { viewOpener } from './hls/open-view.ts';
import { MetricsPage } from './metrics/metrics-page.ts';
import { RequestCounts } from './metrics/request-counts.ts';
import { SnapshotCache } from './snapshot-cache.ts';
import { ViewingSessions } from './viewing-sessions.ts';
import { Views } from './views.ts';

/** A client that sends its request slower than this is cut off. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 20_000;
const TIMEOUT_CHECK_INTERVAL_MS = 5_000;
const KEEP_ALIVE_TIMEOUT_MS = 5_000;
const MAX_CONNECTIONS = 1_000;

export interface WebServerOptions {
  /** Connected, or connecting, by its owner. */
  readonly bus: MessageBus;
  readonly prefix: string;
  /** Address to listen on; anything but loopback lets the network in. */
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly iceServers: IceServerSource;
  readonly logger: Logger;
  /** Names by which the server may be asked besides those of this machine and this network, as behind a proxy. */
  readonly hostNames?: readonly string[];
  /** Origins outside this network whose pages may watch by WHEP; `*` for all. */
  readonly allowedOrigins?: readonly string[];
  /** Default: the page that comes with the package. */
  readonly pageFolder?: URL;
  /** Default: everybody who reaches the server may do everything, which holds on loopback only. */
  readonly access?: AccessSettings;
  /** Reverse proxies whose X-Forwarded-… headers are believed: addresses, or networks such as `10.0.0.0/8`. */
  readonly trustedProxies?: readonly string[];
  /** Such as `/cameras`, where a proxy shows the server below a path and does not tell it. */
  readonly basePath?: string;
  /** Milliseconds of a steady clock. */
  readonly now?: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock?: () => number;
}

export interface WebServer {
  /** Rejects when the address is taken, not one of this machine, or lets the network in without anybody having to log in. */
  open(): Promise<void>;
  /** Where it listens, with the real port. Throws before open(). */
  readonly url: string;
  close(): Promise<void>;
}

/** Raised by open() and url. */
export class WebServerError extends Error {
  override readonly name = 'WebServerError';
}

/** The web page, WHEP and the JSON routes for all cameras of one broker. */
export function createWebServer(options: WebServerOptions): WebServer {
  const { bus, prefix, host, logger } = options;
  const now = options.now ?? (() => performance.now());
  const requests = new CameraRequests({ bus, prefix, peer: `web-${randomIdentifier()}` });
  const directory = new CameraDirectory({ bus, prefix, requests });
  const pictures = new SnapshotRequests({ bus, prefix, requests });
  const sessions = new ViewingSessions({ requests, directory, now });
  const finder = new CameraFinder({ bus, directory, now });
  const snapshots = new SnapshotCache({
    directory,
    take: (device, width) => pictures.take(device, width === undefined ? {} : { width }),
    now,
  });
  const rates = new ClientRates(now);
  const hls = new HlsSessions({
    openView: viewOpener({ requests, iceServers: options.iceServers, logger }),
    now,
    wallClock: options.wallClock ?? Date.now,
  });
  const handleBegin = (device: string) => hls.allow(device);
  const views = new Views({ requests, finder, sessions, rates, handleBegin, logger });
  const requestCounts = new RequestCounts();
  const metrics = new MetricsPage({
    requests,
    directory,
    now,
    ownStatistics: () => ({
      isBrokerConnected: bus.connected,
      cameras: directory.cameras,
      requests: requestCounts.counts,
      views: views.counts,
      snapshots: snapshots.counts,
    }),
  });
  const access = createAccess({
    settings: options.access ?? accessSettingsSchema.parse({}),
    logger,
    now,
    wallClock: options.wallClock ?? Date.now,
  });
  const app = createApp({
    ...options,
    requests,
    directory,
    finder,
    rates,
    views,
    hls,
    snapshots,
    requestCounts,
    metrics,
    access,
    trustedProxies: options.trustedProxies ?? [],
    basePath: options.basePath ?? '',
    hostNames: options.hostNames ?? [],
    allowedOrigins: options.allowedOrigins ?? [],
    pageFolder: options.pageFolder ?? new URL('../page/', import.meta.url),
  });
  const http = createHttpServer(app.fetch);
  const parts = [requests, pictures, directory, sessions, finder, snapshots, hls];

  return {
    async open() {
      if (!access.isLimited && !isLoopback(host)) throw new WebServerError(openToAll(host));
      for (const part of parts) part.open();
      try {
        await listenOn(http, options);
      } catch (error) {
        for (const part of parts) part.close();
        throw error;
      }
      logger.info(`web page on ${this.url}`);
    },
    get url() {
      return `http://${urlHost(host)}:${portOf(http)}`;
    },
    async close() {
      for (const part of [...parts].reverse()) part.close();
      if (!http.listening) return;
      const closed = once(http, 'close');
      http.close();
      http.closeAllConnections();
      await closed;
    },
  };
}

function createHttpServer(fetch: (request: Request) => Response | Promise<Response>): Server {
  const listener = getRequestListener(fetch, { overrideGlobalObjects: false });
  const timing = {
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    connectionsCheckingInterval: TIMEOUT_CHECK_INTERVAL_MS,
  };
  const server = createServer(timing, (request, response) => {
    void listener(request, response);
  });
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

async function listenOn(server: Server, { host, port, logger }: WebServerOptions): Promise<void> {
  try {
    await listen(server, { host: host.replace(/^\[|\]$/g, ''), port, logger });
  } catch (cause) {
    throw new WebServerError(
      `The web page cannot be served on ${urlHost(host)}:${port}; choose another address or port (web.host, web.port).`,
      { cause },
    );
  }
}

function openToAll(host: string): string {
  return `The web page would be open to everyone who reaches ${host}: name users (web.users) or a token (web.token), or serve it on 127.0.0.1 (web.host).`;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new WebServerError('The web server is not open.');
  return address.port;
}

function urlHost(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
