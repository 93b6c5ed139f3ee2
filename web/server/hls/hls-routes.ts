import { Hono } from 'hono';
import { z } from 'zod';
import { CameraError } from '../../../contract/errors.ts';
import { parseValue } from '../../../contract/envelopes.ts';
import { deviceIdSchema } from '../../../contract/topics.ts';
import type { CameraFinder } from '../camera-finder.ts';
import { clientOf, COST, type ClientRates } from '../client-rates.ts';
import { HttpError } from '../http-error.ts';
import type { HlsSessions } from './hls-sessions.ts';

const PLAYLIST = 'stream.m3u8';
const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';
const PLAYLIST_TIMEOUT_MS = 10_000;
const deviceQuerySchema = z.object({ device: deviceIdSchema.optional() });

export interface HlsRoutesOptions {
  readonly hls: HlsSessions;
  readonly finder: CameraFinder;
  readonly rates: ClientRates;
}

/**
 * HLS (RFC 8216) for players without WebRTC and networks that let none through: the playlist of a camera, and its files
 * beside it. Who asks for the playlist starts it; who asks no more has ended it.
 */
export function hlsRoutes({ hls, finder, rates }: HlsRoutesOptions): Hono {
  const routes = new Hono();
  const start = async (client: string, device: string) => {
    await finder.findOnline(device);
    if (!hls.has(device)) rates.spend(client, device, COST.offer);
    return finder.whileOnline(device, hls.playlist(device, PLAYLIST_TIMEOUT_MS));
  };

  routes.options('/hls/*', ({ body }) => body(null, 204));

  routes.get(`/hls/:device/${PLAYLIST}`, async (context) => {
    const playlist = await orRetryLater(start(clientOf(context), context.req.param('device')));
    return context.body(playlist, 200, { 'content-type': PLAYLIST_TYPE, 'cache-control': 'no-store' });
  });

  routes.get('/hls/:device/:file', ({ req, body, notFound }) => {
    const { device, file } = req.param();
    const data = hls.file(device, file);
    if (!data) return notFound();
    return body(new Uint8Array(data), 200, {
      'content-type': 'video/mp4',
      'cache-control': 'private, max-age=60, immutable',
    });
  });

  routes.on(['GET', 'POST'], '/start-streaming-service', async (context) => {
    const query = parseValue(deviceQuerySchema, context.req.query(), 'The query');
    const { device } = await finder.findNamedOrOnly(query.device);
    hls.allow(device);
    await start(clientOf(context), device);
    const playlist = `${context.get('visitor').basePath}/hls/${device}/${PLAYLIST}`;
    return context.json({ playlist }, 200, { 'cache-control': 'no-store' });
  });

  routes.on(['GET', 'POST'], '/stop-streaming-service', async (context) => {
    const query = parseValue(deviceQuerySchema, context.req.query(), 'The query');
    const { device } = await finder.findNamedOrOnly(query.device);
    hls.stop(device);
    return context.json({}, 200, { 'cache-control': 'no-store' });
  });

  return routes;
}

/** Players try a playlist again that is not there yet, and give up one that was refused. */
async function orRetryLater(playlist: Promise<string>): Promise<string> {
  try {
    return await playlist;
  } catch (error) {
    if (!(error instanceof CameraError) || error.code !== 'timeout') throw error;
    throw new HttpError(503, 'timeout', error.message, { headers: { 'retry-after': '2' }, cause: error });
  }
}
