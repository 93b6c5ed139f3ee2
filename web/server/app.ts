import { Hono } from 'hono';
import type { MessageBus } from '../../contract/message-bus.ts';
import type { Logger } from '../../foundation/logger.ts';
import { METRICS_CONTENT_TYPE } from '../../foundation/metrics/metrics-text.ts';
import { apiRoutes, type ApiRoutesOptions } from './api-routes.ts';
import { asHttpError, errorResponse, HttpError } from './http-error.ts';
import type { MetricsPage } from './metrics/metrics-page.ts';
import type { RequestCounts } from './metrics/request-counts.ts';
import { pageRoutes } from './page-routes.ts';
import { hostGuard, sameOriginGuard, securityHeaders } from './request-guards.ts';
import { whepRoutes } from './whep-routes.ts';

export interface AppOptions extends ApiRoutesOptions {
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
  const { bus, directory, host, hostNames, logger, metrics, pageFolder, requestCounts } = options;
  const app = new Hono();
  app.use('*', requestCounts.middleware(), securityHeaders(), hostGuard(host, hostNames));
  app.use('/api/*', sameOriginGuard());

  app.get('/healthz', ({ json }) => {
    const broker = bus.connected ? 'connected' : 'away';
    const health = { status: bus.connected ? 'ok' : 'degraded', broker, cameras: directory.cameras.length };
    return json(health, bus.connected ? 200 : 503, { 'cache-control': 'no-store' });
  });
  app.get('/metrics', async ({ body }) =>
    body(await metrics.text(), 200, { 'content-type': METRICS_CONTENT_TYPE, 'cache-control': 'no-store' }),
  );
  app.route('/api', apiRoutes(options));
  app.route('/whep', whepRoutes(options));
  app.route('/', pageRoutes(pageFolder));

  app.notFound(({ req }) =>
    errorResponse(new HttpError(404, 'not_found', `There is nothing at ${req.method} ${req.path}.`)),
  );
  app.onError((error) => errorResponse(asHttpError(error, logger)));
  return app;
}
