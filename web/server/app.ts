import { Hono } from 'hono';
import type { MessageBus } from '../../contract/message-bus.ts';
import type { Logger } from '../../foundation/logger.ts';
import { METRICS_CONTENT_TYPE } from '../../foundation/metrics/metrics-text.ts';
import type { Access } from './access/create-access.ts';
import { recogniseVisitor, type VisitorOptions } from './access/visitor.ts';
import { apiRoutes, type ApiRoutesOptions } from './api-routes.ts';
import { hlsRoutes, type HlsRoutesOptions } from './hls/hls-routes.ts';
import { asHttpError, errorResponse, HttpError } from './http-error.ts';
import type { MetricsPage } from './metrics/metrics-page.ts';
import type { RequestCounts } from './metrics/request-counts.ts';
import { pageRoutes } from './page-routes.ts';
import { hostGuard, sameOriginGuard, sameSiteGuard, securityHeaders } from './request-guards.ts';
import { whepCors } from './whep-cors.ts';
import { whepRoutes } from './whep-routes.ts';

export interface AppOptions extends ApiRoutesOptions, HlsRoutesOptions, VisitorOptions {
  readonly access: Access;
  readonly bus: MessageBus;
  readonly host: string;
  readonly hostNames: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly pageFolder: URL;
  readonly requestCounts: RequestCounts;
  readonly metrics: MetricsPage;
  readonly logger: Logger;
}

/** Every route and what guards them, as one function from Request to Response. */
export function createApp(options: AppOptions): Hono {
  const { access, basePath, bus, directory, host, hostNames, logger, metrics, pageFolder } = options;
  const app = new Hono({ getPath: (request) => pathBelow(basePath, request.url) });
  app.use('*', options.requestCounts.middleware(), securityHeaders(), recogniseVisitor(options));
  app.use('*', hostGuard(host, hostNames));
  for (const path of ['/api/*', '/login', '/logout']) app.use(path, sameOriginGuard());
  for (const path of ['/start-streaming-service', '/stop-streaming-service']) app.use(path, sameSiteGuard());
  for (const path of ['/whep/*', '/hls/*']) app.use(path, whepCors(options.allowedOrigins));
  if (basePath !== '') app.get(basePath, ({ redirect }) => redirect(`${basePath}/`, 308));
  app.use('*', access.guard);

  app.get('/healthz', (context) => {
    const broker = bus.connected ? 'connected' : 'away';
    const isTrusted = context.get('rights').kind === 'everything';
    const cameras = isTrusted ? { cameras: directory.cameras.length } : {};
    const health = { status: bus.connected ? 'ok' : 'degraded', broker, ...cameras };
    return context.json(health, bus.connected ? 200 : 503, { 'cache-control': 'no-store' });
  });
  app.get('/metrics', async ({ body }) =>
    body(await metrics.text(), 200, { 'content-type': METRICS_CONTENT_TYPE, 'cache-control': 'no-store' }),
  );
  app.route('/', access.loginRoutes);
  app.route('/api', access.apiRoutes);
  app.route('/api', apiRoutes(options));
  app.route('/whep', whepRoutes(options));
  app.route('/', hlsRoutes(options));
  app.route('/', pageRoutes(pageFolder));

  app.notFound(({ req }) =>
    errorResponse(new HttpError(404, 'not_found', `There is nothing at ${req.method} ${req.path}.`)),
  );
  app.onError((error) => errorResponse(asHttpError(error, logger)));
  return app;
}

/** A proxy may take the path away below which people see the server, or leave it. */
function pathBelow(basePath: string, url: string): string {
  const { pathname } = new URL(url);
  if (basePath !== '' && pathname.startsWith(`${basePath}/`)) return pathname.slice(basePath.length);
  return pathname;
}
