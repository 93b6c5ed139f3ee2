import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { Hono } from 'hono';
import { isForOtherPages } from './access/rights.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.ts': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};
/** Not ours: a build lays them beside the page's own files. */
const LIBRARIES: Readonly<Record<string, URL>> = {
  'hls-light.js': new URL('../../node_modules/hls.js/dist/hls.light.min.mjs', import.meta.url),
};
const FILE_NAME = /^[a-z0-9][a-z0-9-]*(\.[a-z]+)$/;

/** The page's own files: those of one folder, none below it. */
export function pageRoutes(folder: URL): Hono {
  const routes = new Hono();

  routes.get('/:file{[^/]*}', async ({ req, body, notFound }) => {
    const name = req.param('file') || 'index.html';
    const type = TYPES[FILE_NAME.exec(name)?.[1] ?? ''];
    const content = type === undefined ? undefined : await readPageFile(folder, name);
    if (type === undefined || content === undefined) return notFound();
    const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
    const headers = {
      'content-type': type,
      'cache-control': 'no-cache',
      etag,
      ...(isForOtherPages(name) && {
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
      }),
    };
    return req.header('if-none-match') === etag ? body(null, 304, headers) : body(content, 200, headers);
  });

  return routes;
}

/** Sources that are not built have modules in TypeScript only; their types are taken out on the way. */
async function readPageFile(
  folder: URL,
  name: string,
): Promise<Uint8Array<ArrayBuffer> | string | undefined> {
  const extension = extname(name);
  if (extension !== '.js' && extension !== '.ts') return readOrUndefined(new URL(name, folder));
  const built = await readOrUndefined(new URL(name.replace(/\.ts$/, '.js'), folder));
  if (built !== undefined) return built;
  const source = await readOrUndefined(new URL(name.replace(/\.js$/, '.ts'), folder));
  if (source !== undefined) return withoutTypes(source.toString());
  const library = LIBRARIES[name];
  return library && readOrUndefined(library);
}

/** Node 22.12 cannot do this, and need not: what is installed is built. */
async function withoutTypes(source: string): Promise<string> {
  const { stripTypeScriptTypes } = await import('node:module');
  return stripTypeScriptTypes(source);
}

async function readOrUndefined(file: URL): Promise<Buffer<ArrayBuffer> | undefined> {
  try {
    return await readFile(file);
  } catch {
    return undefined;
  }
}
