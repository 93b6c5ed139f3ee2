import { Hono } from 'hono';
import { z } from 'zod';
import { CameraError } from '../../../contract/errors.ts';
import { deviceIdSchema } from '../../../contract/topics.ts';
import { readJsonBody } from '../request-body.ts';
import type { AccessControl } from './access-control.ts';
import type { Tickets } from './tickets.ts';

const MS_PER_HOUR = 3_600_000;
const DEFAULT_HOURS = 24;
const MOST_HOURS = 90 * 24;

const shareSchema = z.object({
  device: deviceIdSchema,
  hours: z.number().positive().max(MOST_HOURS).default(DEFAULT_HOURS),
});

export interface AccessRoutesOptions {
  readonly access: AccessControl;
  readonly tickets: Tickets;
}

/** What a visitor may do here, and links for others. Below `/api`. */
export function accessRoutes({ access, tickets }: AccessRoutesOptions): Hono {
  const routes = new Hono();

  routes.get('/access', (context) => {
    const rights = context.get('rights');
    if (rights.kind === 'camera')
      return context.json({ kind: 'camera', device: rights.device, expiresAt: isoTime(rights.expiresAtMs) });
    if (!access.isLimited) return context.json({ kind: 'open' });
    return context.json({ kind: 'everything', ...(rights.kind === 'everything' && { name: rights.name }) });
  });

  routes.post('/share-links', async (context) => {
    const { device, hours } = await readJsonBody(context, shareSchema);
    if (!access.isLimited)
      throw new CameraError(
        'bad_request',
        'Nobody needs a link here: everyone who reaches this server may watch.',
      );
    const { ticket, expiresAtMs } = tickets.issueShare(device, hours * MS_PER_HOUR);
    return context.json({ path: `share/${ticket}`, expiresAt: isoTime(expiresAtMs) }, 201);
  });

  return routes;
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
