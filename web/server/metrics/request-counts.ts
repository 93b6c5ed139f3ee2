import type { MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';

export interface RequestCount {
  readonly method: string;
  /** As it was registered, such as `/whep/:device`, so that no client can make up new ones. */
  readonly route: string;
  readonly status: number;
  count: number;
}

/** How many HTTP requests were answered, by route and status. */
export class RequestCounts {
  readonly #counts = new Map<string, RequestCount>();

  get counts(): readonly RequestCount[] {
    return [...this.#counts.values()];
  }

  middleware(): MiddlewareHandler {
    return async (context, next) => {
      await next();
      const handler = matchedRoutes(context).find(({ method }) => method !== 'ALL');
      this.#count(context.req.method, withoutPatterns(handler?.path ?? 'none'), context.res.status);
    };
  }

  #count(method: string, route: string, status: number): void {
    const key = `${method} ${route} ${status}`;
    const entry = this.#counts.get(key) ?? { method, route, status, count: 0 };
    entry.count += 1;
    this.#counts.set(key, entry);
  }
}

function withoutPatterns(path: string): string {
  return path.replaceAll(/\{[^}]*\}/gu, '');
}
