const REQUEST_TIMEOUT_MS = 20_000;

/** The server's; some do not change by trying again. */
export class Refusal extends Error {
  readonly mayRetry: boolean;

  constructor(message: string, mayRetry: boolean) {
    super(message);
    this.mayRetry = mayRetry;
  }
}

/** Nothing comes any more, or nothing came, and nobody says why. */
export class Lost extends Error {}

/** One view by WHEP, from the offer to its end, from a page of whatever origin. */
export class WhepView {
  readonly #whep: URL;
  readonly #authorization: Readonly<Record<string, string>>;
  readonly #peer = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  readonly #candidates: string[] = [];
  #session: URL | undefined;
  #etag = '';
  #isClosed = false;

  constructor(whep: URL, token: string) {
    this.#whep = whep;
    this.#authorization = token === '' ? {} : { authorization: `Bearer ${token}` };
  }

  /** @throws Refusal, or what `fetch` throws */
  async open(onStream: (stream: MediaStream) => void): Promise<void> {
    const peer = this.#peer;
    for (const kind of ['video', 'audio']) peer.addTransceiver(kind, { direction: 'recvonly' });
    for (const receiver of peer.getReceivers())
      if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
    peer.addEventListener('track', ({ track, streams }) => {
      if (track.kind === 'video') onStream(streams[0] ?? new MediaStream([track]));
    });
    peer.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate?.candidate) this.#candidates.push(candidate.candidate);
      this.#trickle();
    });
    const offer = await peer.createOffer();
    const response = await this.#send(this.#whep, 'POST', 'application/sdp', offer.sdp);
    const session = new URL(response.headers.get('location') ?? '', this.#whep);
    // As this page sees it: a proxy may show the server below a path of its own.
    this.#session = new URL(`${this.#whep.href}/${session.pathname.split('/').at(-1) ?? ''}`);
    if (this.#isClosed) {
      this.#leave();
      return;
    }
    this.#etag = response.headers.get('etag') ?? '';
    // They are told with the answer; until then nothing has been looked for.
    peer.setConfiguration({
      ...peer.getConfiguration(),
      iceServers: iceServersIn(response.headers.get('link') ?? ''),
    });
    await peer.setLocalDescription(offer);
    await peer.setRemoteDescription({ type: 'answer', sdp: await response.text() });
  }

  async framesDecoded(): Promise<number> {
    let frames = 0;
    (await this.#peer.getStats()).forEach((entry: Readonly<Record<string, unknown>>) => {
      if (entry['type'] === 'inbound-rtp' && entry['kind'] === 'video')
        frames = Number(entry['framesDecoded']);
    });
    return frames;
  }

  get isOver(): boolean {
    const [receiver] = this.#peer.getReceivers();
    return receiver?.transport?.state === 'closed' || this.#peer.connectionState === 'failed';
  }

  /** True when somebody has ended it on purpose. */
  async isStopped(): Promise<boolean> {
    if (!this.#session) return false;
    const told = (await (await this.#send(this.#session, 'GET')).json()) as { reason?: string };
    return told.reason === 'stopped';
  }

  close(): void {
    this.#isClosed = true;
    this.#peer.close();
    this.#leave();
  }

  #leave(): void {
    if (this.#session) this.#send(this.#session, 'DELETE').catch(() => undefined);
    this.#session = undefined;
  }

  #trickle(): void {
    if (!this.#session || this.#candidates.length === 0) return;
    const lines = this.#candidates.splice(0).map((candidate) => `a=${candidate}\r\n`);
    const body = `m=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n${lines.join('')}`;
    this.#send(this.#session, 'PATCH', 'application/trickle-ice-sdpfrag', body).catch(() => undefined);
  }

  async #send(url: URL, method: string, type?: string, body?: string): Promise<Response> {
    const response = await fetch(url, {
      method,
      headers: {
        ...this.#authorization,
        ...(type !== undefined && { 'content-type': type }),
        ...(method === 'PATCH' && { 'if-match': this.#etag }),
      },
      keepalive: method === 'DELETE',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      ...(body !== undefined && { body }),
    });
    if (response.ok) return response;
    const { error } = (await response.json().catch(() => ({}))) as { error?: { message: string } };
    throw new Refusal(error?.message ?? `The server answered ${response.status}.`, response.status !== 401);
  }
}

/** Where a camera is asked for a view: `https://server/below/a/path/front-door` → `https://server/below/a/path/whep/front-door` */
export function whepOf(src: string, base: string): URL | undefined {
  if (!URL.canParse(src, base)) return undefined;
  const url = new URL(src, base);
  const [, folder, device] = /^(.*?\/)(?:whep\/)?([a-z0-9-]{1,63})\/?$/.exec(url.pathname) ?? [];
  return device === undefined ? undefined : new URL(`${folder ?? '/'}whep/${device}`, url);
}

/** The playlist of the same camera. */
export function hlsOf(whep: URL): URL {
  const [device = ''] = whep.pathname.split('/').slice(-1);
  return new URL(`../hls/${device}/stream.m3u8`, whep);
}

/** Those of a WHEP answer's Link headers, which the browser joins with commas. */
export function iceServersIn(links: string): RTCIceServer[] {
  const found = links.matchAll(/<([^>]+)>((?:[^",]|"(?:[^"\\]|\\.)*")*)/g);
  return [...found].flatMap(([, urls = '', parameters = '']) => {
    if (!parameters.includes('rel="ice-server"')) return [];
    const value = (name: string) =>
      new RegExp(`${name}="((?:[^"\\\\]|\\\\.)*)"`).exec(parameters)?.[1]?.replaceAll(/\\(.)/g, '$1');
    const [username, credential] = [value('username'), value('credential')];
    return [
      { urls, ...(username !== undefined && { username }), ...(credential !== undefined && { credential }) },
    ];
  });
}
