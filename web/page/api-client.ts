/** What the server tells of one camera. */
export interface Camera {
  readonly device: string;
  readonly name: string;
  readonly model: string;
  readonly online: boolean;
  readonly streaming: boolean;
  readonly viewers: number;
  readonly enabled: boolean;
  /** True when it sends sound. */
  readonly audio: boolean;
  /** Whether it records to its own disk now, and whether it can. */
  readonly recording: boolean;
  readonly canRecord: boolean;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface IceServer {
  urls: string | string[];
  username?: string;
  credential?: string;
}

const REQUEST_TIMEOUT_MS = 8_000;
/** A camera that is off has to be started. */
const SNAPSHOT_TIMEOUT_MS = 20_000;
const ICE_SERVERS_KEPT_MS = 60_000;
/** Making a connection takes time, too. */
const SHARE_OF_LIFE = 0.8;

/** The server's refusal; `code` is the contract's. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/**
 * One request to the server that served the page.
 * @throws ApiError when it refuses; TypeError or a DOMException when it cannot be reached in time.
 */
export async function request(
  path: string,
  options: RequestInit = {},
  timeoutMs = REQUEST_TIMEOUT_MS,
): Promise<Response> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  const response = await fetch(path, { cache: 'no-store', ...options, signal });
  if (response.ok) return response;
  if (response.status === 401) logInAgain();
  throw await refusalOf(response);
}

export async function fetchCameras(timeoutMs = REQUEST_TIMEOUT_MS): Promise<Camera[]> {
  const response = await request('api/cameras', {}, timeoutMs);
  return (await response.json()) as Camera[];
}

/** True while the server reaches the MQTT broker. */
export async function fetchBrokerConnected(): Promise<boolean> {
  const response = await fetch('healthz', {
    cache: 'no-store',
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  return response.ok;
}

/** A new snapshot, scaled to about `width` pixels. */
export async function fetchSnapshot(device: string, width: number, signal?: AbortSignal): Promise<Blob> {
  const path = `api/cameras/${device}/snapshot.jpg?width=${width}`;
  const response = await request(path, { ...(signal && { signal }) }, SNAPSHOT_TIMEOUT_MS);
  return response.blob();
}

/** Begins or ends a recording on the camera's own disk. @returns whether it records now. @throws as `request` does. */
export async function setRecording(device: string, isWanted: boolean): Promise<boolean> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ action: isWanted ? 'start' : 'stop' });
  const response = await request(`api/cameras/${device}/record`, { method: 'POST', headers, body });
  return ((await response.json()) as { recording: boolean }).recording;
}

interface KeptIceServers {
  readonly servers: Promise<IceServer[]>;
  /** On performance.now()'s clock. */
  untilMs: number;
}

let keptIceServers: KeptIceServers | undefined;

/** The ICE servers to offer with: those of the last minute, unless their credentials run out before. */
export function fetchIceServers(): Promise<IceServer[]> {
  if (keptIceServers && performance.now() < keptIceServers.untilMs) return keptIceServers.servers;
  const kept: KeptIceServers = {
    servers: request('api/turn-credentials').then(async (response) => {
      kept.untilMs = performance.now() + keptMs(response.headers.get('cache-control') ?? '');
      return (await response.json()) as IceServer[];
    }),
    untilMs: performance.now() + REQUEST_TIMEOUT_MS,
  };
  keptIceServers = kept;
  kept.servers.catch(() => {
    if (keptIceServers === kept) keptIceServers = undefined;
  });
  return kept.servers;
}

function keptMs(cacheControl: string): number {
  const holdForS = Number(/max-age=(\d+)/u.exec(cacheControl)?.[1] ?? Infinity);
  return Math.min(ICE_SERVERS_KEPT_MS, holdForS * 1_000 * SHARE_OF_LIFE);
}

/** The log-in has expired meanwhile: the server answers the page's own address with the form to log in. */
function logInAgain(): void {
  location.reload();
}

async function refusalOf(response: Response): Promise<ApiError> {
  try {
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    return new ApiError(response.status, error.code, error.message);
  } catch {
    return new ApiError(response.status, 'internal', `The server answered ${response.status}.`);
  }
}
