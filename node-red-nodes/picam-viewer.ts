import type { Node, NodeAPI, NodeDef } from 'node-red';
import { z } from 'zod';
import { describeProblems, parseValue } from '../contract/envelopes.ts';
import { CameraError } from '../contract/errors.ts';
import { OPERATIONS, sessionIdSchema } from '../contract/operations.ts';
import type { CameraLink } from './camera-link.ts';
import { followCamera } from './camera-user.ts';
import { ViewerRoutes, type Viewer } from './viewer-routes.ts';
import { endSessionsWith } from './webrtc-goodbye.ts';
import { WebRtcSessions } from './webrtc-sessions.ts';

const pathSchema = z
  .string()
  .trim()
  .transform((path) => `/${path.replace(/^\/+|\/+$/gu, '')}`)
  .pipe(z.string().regex(/^(?:\/[\w.~-]+)+$/u, 'must be words joined by "/", such as /camera/door'));

interface PicamViewerDef extends NodeDef {
  readonly camera: string;
  readonly path?: unknown;
}

/** Serves a live page of a camera, and carries its visitors' offers. */
export default function registerPicamViewer(RED: NodeAPI): void {
  const { httpNodeMiddleware } = RED.settings;
  const routes = new ViewerRoutes([httpNodeMiddleware ?? []].flat());
  RED.httpNode.use(routes.handle);
  RED.nodes.registerType('picam-viewer', function (def: PicamViewerDef) {
    RED.nodes.createNode(this, def);
    const link = followCamera(RED, this, def.camera);
    const path = pathSchema.safeParse(def.path ?? '');
    if (!path.success) this.error(`The page's path ${describeProblems(path.error)}.`);
    if (!path.success || !link) return;
    const sessions = new WebRtcSessions((message) => this.send({ ...message }));
    serve(this, routes, path.data, viewerOf(link, sessions));
    endSessionsWith(this, link, sessions);
  });
}

function serve(node: Node, routes: ViewerRoutes, path: string, viewer: Viewer): void {
  try {
    node.on('close', routes.add(path, viewer));
  } catch (error) {
    node.status({ fill: 'red', shape: 'ring', text: 'path is taken' });
    node.error(error instanceof Error ? error.message : String(error));
  }
}

function viewerOf(link: CameraLink, sessions: WebRtcSessions): Viewer {
  return {
    open: async (sdp) => {
      const offer = parseValue(OPERATIONS.offer.request, { sdp }, 'The offer');
      const reply = await link.request('offer', offer);
      sessions.add(reply.session);
      return reply;
    },
    close: async (text) => {
      const session = parseValue(sessionIdSchema, text, 'The session');
      if (!sessions.ids.includes(session)) throw new CameraError('not_found', 'This view has ended already.');
      await link.request('close', {}, { session });
      sessions.end(session, 'requested');
    },
  };
}
