import { ApiError, fetchBrokerConnected, fetchCameras } from './api-client.ts';
import type { LiveState } from './live-state.ts';
import { nextStep } from './reconnect-policy.ts';
import { SpareView } from './spare-view.ts';
import { readSample, type StreamSample } from './statistics.ts';
import { mayBeTurnedOff, troubleOfClosedSession, troubleOfRefusal, type Trouble } from './trouble.ts';
import { UnplayableError, WhepClient } from './whep-client.ts';

const SAMPLE_INTERVAL_MS = 500;
/** From the answer to the first picture. */
const FIRST_PICTURE_TIMEOUT_MS = 12_000;
/** After so long without a new picture the server is asked what became of the view … */
const STALL_MS = 1_000;
/** … after so long a camera that is offline counts as gone; one that only lost its broker sends on, with a hiccup … */
const OFFLINE_STALL_MS = 2_000;
/** … and after so long the connection counts as lost, whatever it says. */
const LOST_MS = 5_000;
const LIST_TIMEOUT_MS = 2_000;

export interface LiveConnectionHandlers {
  readonly onState: (state: LiveState) => void;
  readonly onStream: (stream: MediaStream) => void;
  /** A new connection, before it is offered. */
  readonly onPeer: (peer: RTCPeerConnection) => void;
  readonly onSample: (sample: StreamSample) => void;
}

export interface LiveConnectionOptions {
  readonly withSound?: boolean;
  /** Whether pictures come another way meanwhile. */
  readonly isCovered?: () => boolean;
}

/** Keeps one camera playing: connects, watches that pictures keep coming, and connects again after a loss. */
export class LiveConnection {
  readonly #device: string;
  readonly #handlers: LiveConnectionHandlers;
  readonly #withSound: boolean;
  readonly #isCovered: () => boolean;
  readonly #spare = new SpareView((client) => this.#goBackTo(client));
  #client: WhepClient | undefined;
  #state: LiveState = { phase: 'connecting', isRetry: false };
  #failures = 0;
  #timer: number | undefined;
  #lastFrames = 0;
  #lastProgressMs = 0;

  constructor(device: string, handlers: LiveConnectionHandlers, options: LiveConnectionOptions = {}) {
    this.#withSound = options.withSound ?? true;
    this.#isCovered = options.isCovered ?? (() => false);
    this.#device = device;
    this.#handlers = handlers;
  }

  get state(): LiveState {
    return this.#state;
  }

  /** Also after `close()`, and to play again after an end. */
  open(): void {
    this.#leave();
    const { onStream, onPeer } = this.#handlers;
    const client = new WhepClient(this.#device, onStream, onPeer, this.#withSound);
    this.#client = client;
    this.#setState({ phase: 'connecting', isRetry: this.#failures > 0 });
    client.open().then(
      () => this.#watch(client),
      (error: unknown) => this.#handleFailedOffer(client, error),
    );
  }

  /** Tries at once what would have been tried after a pause. */
  retryNow(): void {
    if (this.#state.phase === 'waiting') this.open();
  }

  /** Of a camera that is turned on again: plays what may have ended, or not begun, because it was off. */
  resume(): void {
    if (this.#state.phase === 'ended' && mayBeTurnedOff(this.#state.trouble)) this.open();
    else this.retryNow();
  }

  /** Until `open`; the camera need not send meanwhile. */
  pause(): void {
    this.close();
    this.#failures = 0;
    this.#setState({ phase: 'paused' });
  }

  /** Somebody stopped the camera while it was watched another way. */
  endStopped(): void {
    this.close();
    this.#failures = 0;
    this.#setState({ phase: 'ended', trouble: { kind: 'stopped', reason: 'stopped' }, canRetry: true });
  }

  close(): void {
    this.#leave();
    this.#spare.drop();
  }

  #leave(): void {
    clearTimeout(this.#timer);
    this.#client?.close();
    this.#client = undefined;
  }

  #watch(client: WhepClient): void {
    if (this.#client !== client) return;
    this.#lastFrames = 0;
    this.#lastProgressMs = performance.now();
    this.#sampleLater(client);
  }

  #sampleLater(client: WhepClient): void {
    this.#timer = setTimeout(() => {
      this.#sample(client).then(
        () => this.#client === client && this.#sampleLater(client),
        () => this.#fail(client, { kind: 'lost' }),
      );
    }, SAMPLE_INTERVAL_MS);
  }

  async #sample(client: WhepClient): Promise<void> {
    const now = performance.now();
    const sample = readSample(await client.getStats(), now);
    if (this.#client !== client) return;
    if (sample) this.#handlers.onSample(sample);
    const frames = sample?.framesDecoded ?? 0;
    if (frames > this.#lastFrames || document.hidden) {
      if (frames > this.#lastFrames) this.pictureShown();
      this.#lastFrames = frames;
      this.#lastProgressMs = now;
      return;
    }
    await this.#handleStall(client, now - this.#lastProgressMs);
  }

  /** The view saw a picture; it may know earlier than the statistics. */
  pictureShown(): void {
    if (!this.#client || this.#state.phase !== 'connecting') return;
    this.#spare.drop();
    this.#failures = 0;
    this.#setState({ phase: 'playing' });
  }

  async #handleStall(client: WhepClient, stalledMs: number): Promise<void> {
    const hasPlayed = this.#state.phase === 'playing';
    const hasFailed = client.connectionState === 'failed';
    if (!hasFailed && !client.isClosedByCamera && stalledMs < STALL_MS) return;
    const ended = await endOf(client);
    if (ended) this.#fail(client, ended);
    else if (!hasPlayed && hasFailed) this.#fail(client, { kind: 'ice-failed', usesTurn: client.usesTurn });
    else if (!hasPlayed && stalledMs > FIRST_PICTURE_TIMEOUT_MS) this.#fail(client, unseen(client));
    else if (hasPlayed && hasFailed) this.#fail(client, { kind: 'lost' });
    else if (hasPlayed && stalledMs > LOST_MS) this.#setAside(client);
    else if (hasPlayed && stalledMs > OFFLINE_STALL_MS && (await isOffline(this.#device)))
      this.#fail(client, { kind: 'camera-offline' });
  }

  async #handleFailedOffer(client: WhepClient, error: unknown): Promise<void> {
    if (this.#client === client) this.#fail(client, await troubleOf(error));
  }

  /** Nobody knows yet whether this view goes on or another can be had first. */
  #setAside(client: WhepClient): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#spare.keep(client, this.#lastFrames);
    this.#decide({ kind: 'lost' });
  }

  #goBackTo(client: WhepClient): void {
    this.#leave();
    this.#client = client;
    this.#failures = 0;
    client.announce();
    this.#setState({ phase: 'playing' });
    this.#watch(client);
  }

  #fail(client: WhepClient, trouble: Trouble): void {
    if (this.#client === client) this.#decide(trouble);
  }

  #decide(trouble: Trouble): void {
    this.#leave();
    this.#failures += 1;
    const next = nextStep(trouble, this.#failures, Math.random(), this.#isCovered());
    if (next.step !== 'retry') {
      this.#spare.drop();
      this.#failures = 0;
      this.#setState({ phase: 'ended', trouble, canRetry: next.step === 'ask' });
      return;
    }
    this.#timer = setTimeout(() => this.open(), next.afterMs);
    this.#setState({ phase: 'waiting', trouble, retryAtMs: performance.now() + next.afterMs });
  }

  #setState(state: LiveState): void {
    this.#state = state;
    this.#handlers.onState(state);
  }
}

function unseen(client: WhepClient): Trouble {
  if (client.connectionState === 'connected') return { kind: 'no-picture' };
  return { kind: 'ice-failed', usesTurn: client.usesTurn };
}

/** Why the server says the view is over; undefined while it is open or nobody can tell. */
async function endOf(client: WhepClient): Promise<Trouble | undefined> {
  try {
    const session = await client.state();
    return session.state === 'closed' ? troubleOfClosedSession(session.reason, session.message) : undefined;
  } catch {
    return undefined;
  }
}

/** False also while nobody can tell: without the broker every camera seems offline. */
async function isOffline(device: string): Promise<boolean> {
  try {
    const camera = (await fetchCameras(LIST_TIMEOUT_MS)).find((known) => known.device === device);
    return camera?.online === false && (await isBrokerConnected());
  } catch {
    return false;
  }
}

async function troubleOf(error: unknown): Promise<Trouble> {
  if (error instanceof UnplayableError) return { kind: error.missing === 'h264' ? 'no-h264' : 'no-webrtc' };
  if (error instanceof ApiError)
    return troubleOfRefusal(
      error.code,
      error.message,
      error.code !== 'offline' || (await isBrokerConnected()),
    );
  if (error instanceof DOMException && error.name === 'TimeoutError') return { kind: 'timeout' };
  if (error instanceof TypeError) return { kind: 'server-away' };
  return { kind: 'refused', detail: String(error) };
}

async function isBrokerConnected(): Promise<boolean> {
  try {
    return await fetchBrokerConnected();
  } catch {
    return false;
  }
}
