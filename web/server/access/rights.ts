/** What a request may do. */
export type Rights =
  /** Of the server's users, or of everybody where nobody needs to log in. */
  | { readonly kind: 'everything'; readonly name: string | undefined }
  /** Of a share link: to watch one camera. */
  | { readonly kind: 'camera'; readonly device: string; readonly expiresAtMs: number }
  | { readonly kind: 'none' };

declare module 'hono' {
  interface ContextVariableMap {
    rights: Rights;
  }
}

/** `<picam-live>` and what it loads: pages of any origin may. There is nothing in them that is worth a secret. */
const FOR_OTHER_PAGES =
  /^(picam-live|picam-live-view|hls-fallback|hls-player|hls-light|fallback-policy|element)\.(js|ts)$/;

/** What a log-in needs; there is nothing in them that is worth a secret. */
const FOR_EVERYONE: readonly RegExp[] = [
  // Browsers fetch the manifest and its icons without saying who asks.
  /^GET \/(picam\.webmanifest|icon-[a-z0-9-]+\.png)$/,
  /^GET \/(login|login\.js|style\.css|icon\.svg|healthz)$/,
  /^POST \/(login|logout)$/,
  /^GET \/share\/[^/]+$/,
  // A preflight carries no credentials; what it asks for does.
  /^OPTIONS \/(whep|hls)\//,
];

/** `:device` is the camera of the link. */
const FOR_A_VIEWER: readonly string[] = [
  'GET /[^/]*',
  'GET /api/(access|cameras|turn-credentials)',
  'GET /api/cameras/:device/snapshot\\.jpg',
  'POST /whep/:device',
  '(GET|PATCH|DELETE) /whep/:device/[^/]+',
  'GET /hls/:device/[^/]+',
];
/** Not watching, though their addresses look like the page's files. */
const NOT_FOR_A_VIEWER = /^GET \/(metrics|start-streaming-service|stop-streaming-service)$/;

export function mayDo(rights: Rights, method: string, path: string): boolean {
  const request = `${method === 'HEAD' ? 'GET' : method} ${path}`;
  if (rights.kind === 'everything' || FOR_EVERYONE.some((pattern) => pattern.test(request))) return true;
  if (request.startsWith('GET /') && isForOtherPages(request.slice('GET /'.length))) return true;
  if (rights.kind === 'none' || NOT_FOR_A_VIEWER.test(request)) return false;
  return FOR_A_VIEWER.some((pattern) =>
    new RegExp(`^${pattern.replace(':device', rights.device)}$`).test(request),
  );
}

/** Whether a file of the page's is loaded by pages of other origins. */
export function isForOtherPages(file: string): boolean {
  return FOR_OTHER_PAGES.test(file);
}

/** Whether a camera is this visitor's to know of. */
export function maySee(rights: Rights, device: string): boolean {
  return rights.kind === 'everything' || (rights.kind === 'camera' && rights.device === device);
}
