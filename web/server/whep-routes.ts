import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import { CameraError } from '../../contract/errors.ts';
import { deviceIdSchema } from '../../contract/topics.ts';
import type { IceServerSource } from '../../foundation/ice/ice-server-source.ts';
import { withoutVoice } from './guest-offer.ts';
import { HttpError } from './http-error.ts';
import { iceServerLinks } from './ice-server-links.ts';
import { clientOf } from './client-rates.ts';
import { readBodyText } from './request-body.ts';
import { requireContentType } from './request-guards.ts';
import { parseSdpFragment, writeSdpFragment } from './sdp-fragment.ts';
import type { Views } from './views.ts';

const OFFER_TYPE = 'application/sdp';
const FRAGMENT_TYPE = 'application/trickle-ice-sdpfrag';

export interface WhepRoutesOptions {
  readonly views: Views;
  readonly iceServers: IceServerSource;
}

/** WHEP (draft-ietf-wish-whep) below `/whep`: one POST is one view, its Location ends it. */
export function whepRoutes({ views, iceServers }: WhepRoutesOptions): Hono {
  const routes = new Hono();

  routes.options('*', ({ body }) => body(null, 204, { 'accept-post': OFFER_TYPE }));

  routes.post('/:device', async (context) => {
    requireContentType(context.req.header('content-type'), OFFER_TYPE);
    const device = checkedDevice(context.req.param('device'));
    const body = await readBodyText(context);
    const offer = context.get('rights').kind === 'camera' ? withoutVoice(body) : body;
    const { session, sdp } = await views.accept(clientOf(context), device, offer);
    context.header('location', `${context.get('visitor').basePath}/whep/${device}/${session}`);
    context.header('etag', etagOf(views, session));
    context.header('cache-control', 'no-store');
    const { iceServers: named } = await iceServers.current();
    for (const link of iceServerLinks(named)) context.header('link', link, { append: true });
    return context.body(sdp, 201, { 'content-type': OFFER_TYPE });
  });

  routes.get('/:device/:session', ({ req, json }) => {
    const { device, session } = req.param();
    return json(views.stateOf(device, session), 200, { 'cache-control': 'no-store' });
  });

  routes.patch('/:device/:session', async (context) => {
    const { req, body } = context;
    const { device, session } = req.param();
    requireContentType(req.header('content-type'), FRAGMENT_TYPE);
    const isRestart = requireMatch(req.header('if-match'), etagOf(views, session));
    const fragment = parseSdpFragment(await readBodyText(context));
    if (!isRestart) {
      await views.addCandidates(clientOf(context), checkedDevice(device), session, fragment);
      return body(null, 204);
    }
    const camera = await views.restartIce(clientOf(context), checkedDevice(device), session, fragment);
    const headers = { 'content-type': FRAGMENT_TYPE, etag: etagOf(views, session) };
    return body(writeSdpFragment(fragment.mid ?? '0', camera), 200, headers);
  });

  routes.delete('/:device/:session', async (context) => {
    const { device, session } = context.req.param();
    await views.end(clientOf(context), checkedDevice(device), session);
    return context.json({}, 200);
  });

  // GET says what became of a view, for our own page; the rest is kept free (draft-ietf-wish-whep).
  routes.on(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'], '/:device', () => notAllowed('POST, OPTIONS'));
  routes.on(['POST', 'PUT'], '/:device/:session', () => notAllowed('GET, PATCH, DELETE, OPTIONS'));
  return routes;
}

function notAllowed(allow: string): never {
  throw new HttpError(405, 'bad_request', `Only ${allow} can be asked here.`, { headers: { allow } });
}

/** The ICE session's entity tag, which a restart changes (RFC 9725 §4.3). */
function etagOf(views: Views, session: string): string {
  return `"${createHash('sha256').update(session).update(views.iceOf(session)).digest('base64url').slice(0, 16)}"`;
}

/** @returns whether ICE is to begin anew. */
function requireMatch(ifMatch: string | undefined, etag: string): boolean {
  if (ifMatch === undefined) throw new HttpError(428, 'bad_request', 'If-Match with the ETag is missing.');
  if (ifMatch !== '*' && ifMatch !== etag)
    throw new HttpError(412, 'bad_request', 'If-Match is not the ETag of this session.');
  return ifMatch === '*';
}

function checkedDevice(device: string): string {
  if (deviceIdSchema.safeParse(device).success) return device;
  throw new CameraError('not_found', 'There is no such camera: ids are made of a-z, 0-9 and "-".');
}
