import type { BrokerSettings } from '../foundation/broker-settings.ts';
import { openIceServers } from '../foundation/ice/open-ice-servers.ts';
import { randomIdentifier } from '../foundation/identifiers.ts';
import type { Lifetime } from '../foundation/lifetime.ts';
import { scoped, type Logger } from '../foundation/logger.ts';
import { MqttConnection } from '../foundation/mqtt-connection.ts';
import { createWebServer } from '../web/server/web-server.ts';
import type { Configuration } from './configuration-schema.ts';

/** The web page and its server. */
export async function startWeb(
  { prefix, web, ice }: Configuration,
  broker: BrokerSettings,
  logger: Logger,
  lifetime: Lifetime,
): Promise<void> {
  const bus = new MqttConnection({
    broker,
    clientId: `picam-web-${randomIdentifier()}`,
    logger: scoped(logger, 'web mqtt'),
  });
  lifetime.own("the web server's broker connection", () => bus.close());
  bus.open();
  const server = createWebServer({
    bus,
    prefix,
    host: web.host,
    port: web.port,
    hostNames: web.hostNames,
    allowedOrigins: web.allowedOrigins,
    trustedProxies: web.trustedProxies,
    basePath: web.basePath,
    access: web,
    iceServers: openIceServers(ice, scoped(logger, 'ice')),
    logger: scoped(logger, 'web'),
  });
  lifetime.own('the web server', () => server.close());
  await server.open();
}
