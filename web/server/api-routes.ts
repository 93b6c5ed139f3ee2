import { Hono } from 'hono';
import { z } from 'zod';
import type { CameraDirectory, KnownCamera } from '../../camera-client/camera-directory.ts';
import type { CameraRequests } from '../../camera-client/camera-requests.ts';
import { parseValue } from '../../contract/envelopes.ts';
import { sdpSchema, sessionIdSchema } from '../../contract/operations.ts';
import { deviceIdSchema } from '../../contract/topics.ts';
import type { IceServerSource } from '../../foundation/ice/ice-server-source.ts';
import { maySee } from './access/rights.ts';
import type { CameraFinder } from './camera-finder.ts';
import { clientOf, COST, type ClientRates } from './client-rates.ts';
import { readJsonBody, readOptionalJsonBody } from './request-body.ts';
import type { SnapshotCache } from './snapshot-cache.ts';
import type { Views } from './views.ts';

const offerSchema = z.object({ sdp: sdpSchema, type: z.literal('offer').default('offer') });
const stopSchema = z.object({ session: sessionIdSchema.optional() });
const cameraQuerySchema = z.object({ device: deviceIdSchema.optional() });
const recordSchema = z.object({ action: z.enum(['start', 'stop']) });
const snapshotQuerySchema = z.object({ width: z.coerce.number().int().min(16).max(4096).optional() });

export interface ApiRoutesOptions {
  readonly requests: CameraRequests;
  readonly directory: CameraDirectory;
  readonly finder: CameraFinder;
  readonly views: Views;
  readonly rates: ClientRates;
  readonly snapshots: SnapshotCache;
  readonly iceServers: IceServerSource;
}

/** The JSON routes below `/api`. */
export function apiRoutes(options: ApiRoutesOptions): Hono {
  const { requests, directory, finder, views, rates, snapshots, iceServers } = options;
  const routes = new Hono();
  routes.use('*', async (context, next) => {
    await next();
    const { headers } = context.res;
    if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
  });

  routes.get('/cameras', (context) => {
    const rights = context.get('rights');
    const seen = directory.cameras.filter(({ device }) => maySee(rights, device));
    return context.json(seen.map(describeCamera));
  });

  routes.get('/turn-credentials', async ({ json }) => {
    const { iceServers: named, expiresInS } = await iceServers.current();
    // Nobody is to keep them on a disk; whoever holds them in memory learns for how long they are good.
    return json(named, 200, { 'cache-control': `no-store, max-age=${expiresInS}` });
  });

  routes.post('/start-webrtc', async (context) => {
    const { device } = parseValue(cameraQuerySchema, context.req.query(), 'The query');
    const { sdp } = await readJsonBody(context, offerSchema);
    const answer = await views.accept(clientOf(context), device, sdp);
    return context.json({ webrtc_answer: answer.sdp, session: answer.session });
  });

  routes.post('/stop-webrtc', async (context) => {
    const { device } = parseValue(cameraQuerySchema, context.req.query(), 'The query');
    const { session } = await readOptionalJsonBody(context, stopSchema);
    const camera = await finder.findNamedOrOnly(device);
    if (session !== undefined) {
      await views.end(clientOf(context), camera.device, session);
      return context.json({});
    }
    rates.spend(clientOf(context), camera.device, COST.other);
    return context.json(await requests.request(camera.device, 'stop', {}));
  });

  routes.get('/cameras/:device/snapshot.jpg', async (context) => {
    const { req, body } = context;
    const { device } = await finder.findOnline(req.param('device'));
    rates.spend(clientOf(context), device, COST.snapshot);
    const { width } = parseValue(snapshotQuerySchema, req.query(), 'The query');
    const jpeg = await finder.whileOnline(device, snapshots.get(device, width));
    return body(new Uint8Array(jpeg), 200, {
      'content-type': 'image/jpeg',
      'cache-control': 'private, max-age=2',
      'cross-origin-resource-policy': 'same-site',
    });
  });

  routes.post('/cameras/:device/record', async (context) => {
    const { action } = await readJsonBody(context, recordSchema);
    const { device } = await finder.findOnline(context.req.param('device'));
    rates.spend(clientOf(context), device, COST.other);
    const { recording } = await finder.whileOnline(device, requests.request(device, 'record', { action }));
    return context.json({ recording });
  });

  return routes;
}

function describeCamera({ device, online, info, state }: KnownCamera) {
  return {
    device,
    name: info?.name ?? device,
    model: info?.model ?? '',
    online,
    streaming: online && (state?.streaming ?? false),
    viewers: online ? (state?.viewers ?? 0) : 0,
    enabled: state?.enabled ?? true,
    audio: info?.audio !== undefined,
    recording: online && (state?.recording ?? false),
    canRecord: info?.caps.includes('record') ?? false,
    health: state?.health ?? 'ok',
    error: state?.error ?? null,
    width: info?.limits.width ?? null,
    height: info?.limits.height ?? null,
    fps: info?.limits.fps ?? null,
  };
}
