import type { IncomingMessage } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import { CameraError } from '../contract/errors.ts';
import { MAX_JSON_BYTES } from '../contract/limits.ts';
import { asFlowError } from './flow-error.ts';
import { VIEWER_CONTENT_POLICY, VIEWER_PAGE } from './viewer-page.ts';

/** One live page: what its visitors may do. */
export interface Viewer {
  /** Resolves with the SDP answer and the session. Rejects with a CameraError. */
  open(sdp: string): Promise<{ readonly session: string; readonly sdp: string }>;
  close(session: string): Promise<void>;
}

type Handler = (request: Request, response: Response, next: NextFunction) => void;

const BODY_TIMEOUT_MS = 10_000;
const SIGNALLING = '/whep';

/**
 * The pages below Node-RED's own HTTP root. One handler looks up whose page a request is for, because Node-RED keeps
 * routes until it ends: a route for each node would outlive it.
 */
export class ViewerRoutes {
  readonly #viewers = new Map<string, Viewer>();
  readonly #middleware: readonly Handler[];

  /** @param middleware as in Node-RED's setting `httpNodeMiddleware`: it comes before whatever this serves. */
  constructor(middleware: readonly Handler[]) {
    this.#middleware = middleware;
  }

  /**
   * @param path begins with a slash and does not end with one.
   * @throws CameraError `bad_request` when another node has the path already.
   */
  add(path: string, viewer: Viewer): () => void {
    if (this.#viewers.has(path)) {
      throw new CameraError(
        'bad_request',
        `Another picam viewer is at ${path} already; choose another path.`,
      );
    }
    this.#viewers.set(path, viewer);
    return () => void this.#viewers.delete(path);
  }

  readonly handle = (request: Request, response: Response, next: NextFunction): void => {
    const serve = this.#serverOf(request);
    if (!serve) {
      next();
      return;
    }
    const last: Handler = (_request, to) => void answer(to, () => serve(to));
    runInOrder([...this.#middleware, last], request, response, next);
  };

  #serverOf(request: Request): ((response: Response) => Promise<void> | void) | undefined {
    const { method, path } = request;
    if (method === 'GET' || method === 'HEAD') {
      if (!this.#viewers.has(path.replace(/\/$/u, ''))) return undefined;
      return (response) => servePage(path, response);
    }
    if (method === 'POST' && path.endsWith(SIGNALLING)) {
      const viewer = this.#viewers.get(path.slice(0, -SIGNALLING.length));
      return viewer && ((response) => accept(viewer, request, response));
    }
    const [, page = '', session = ''] = /^(.*)\/whep\/([^/]+)$/u.exec(path) ?? [];
    const viewer = method === 'DELETE' ? this.#viewers.get(page) : undefined;
    return viewer && ((response) => close(viewer, session, response));
  }
}

/** The page asks for what is beside it, so its address has to end as a folder's does. */
function servePage(path: string, response: Response): void {
  if (!path.endsWith('/')) {
    response.redirect(`./${path.slice(path.lastIndexOf('/') + 1)}/`);
    return;
  }
  response
    .set('Content-Security-Policy', VIEWER_CONTENT_POLICY)
    .set('Cache-Control', 'no-store')
    .type('html')
    .send(VIEWER_PAGE);
}

async function accept(viewer: Viewer, request: Request, response: Response): Promise<void> {
  const { session, sdp } = await viewer.open(await readBody(request));
  response.status(201).set('Location', `whep/${session}`).type('application/sdp').send(sdp);
}

async function close(viewer: Viewer, session: string, response: Response): Promise<void> {
  await viewer.close(session);
  response.status(200).end();
}

async function answer(response: Response, work: () => Promise<void> | void): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    const { code, message, statusCode } = asFlowError(thrown);
    if (!response.headersSent) response.status(statusCode).json({ code, message });
  }
}

function runInOrder(
  steps: readonly Handler[],
  request: Request,
  response: Response,
  fail: NextFunction,
): void {
  const [first, ...rest] = steps;
  first?.(request, response, (error?: unknown) => {
    if (error !== undefined) fail(error);
    else runInOrder(rest, request, response, fail);
  });
}

async function readBody(request: IncomingMessage): Promise<string> {
  const timer = setTimeout(() => request.destroy(), BODY_TIMEOUT_MS);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_JSON_BYTES) throw new CameraError('too_large', 'The offer is too long.');
      chunks.push(chunk);
    }
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks).toString();
}
