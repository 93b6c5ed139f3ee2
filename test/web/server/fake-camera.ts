import { createHash } from 'node:crypto';
import { replyError } from '../../../contract/envelopes.ts';
import { CameraError } from '../../../contract/errors.ts';
import type { MessageBus, Unsubscribe } from '../../../contract/message-bus.ts';
import { OPERATIONS, type ClosePush } from '../../../contract/operations.ts';
import { deviceTopics, parseTopic } from '../../../contract/topics.ts';
import { madeStatistics } from '../../support/made-statistics.ts';

export const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xd9]);
export const SESSION = 'session-of-22-or-more-characters';
export const RESTARTED_ICE = { iceUfrag: 'cam2', icePwd: 'c'.repeat(22), candidates: ['candidate:7'] };
export const ANSWER = 'v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n';

interface Request {
  readonly op: string;
  readonly peer: string;
  readonly session: string | undefined;
  readonly data: unknown;
}

/** A camera of the contract without a picture: it answers every op at once, or refuses with `refusal`. */
export class FakeCamera {
  readonly requests: Request[] = [];
  refusal: unknown;
  silent = false;
  /** Set before `open`. */
  caps = Object.keys(OPERATIONS);
  statistics = madeStatistics();
  #unanswered: (() => Promise<void>) | undefined;
  readonly #bus: MessageBus;
  readonly #device: string;
  #boot = 'boot-1';
  #enabled = true;
  #unsubscribe: Unsubscribe | undefined;

  constructor(bus: MessageBus, device: string) {
    this.#bus = bus;
    this.#device = device;
  }

  async open(): Promise<void> {
    const { everyRequest, status } = deviceTopics('picam', this.#device);
    this.#unsubscribe = this.#bus.subscribe(everyRequest, ({ topic, payload }) => {
      const parsed = parseTopic('picam', topic);
      if (parsed?.kind === 'request') void this.#answer(parsed.peer, parsed.op, payload);
    });
    await this.#publishInfo();
    await this.#publishState();
    await this.#bus.publish(status, 'online', { retain: true });
  }

  close(): void {
    this.#unsubscribe?.();
  }

  async goOffline(): Promise<void> {
    await this.#bus.publish(deviceTopics('picam', this.#device).status, 'offline', { retain: true });
  }

  /** As the owner's switch does: the state says so, and what needs the camera is refused. */
  async setEnabled(enabled: boolean): Promise<void> {
    this.#enabled = enabled;
    this.refusal = enabled ? undefined : new CameraError('forbidden', 'Turned off.');
    await this.#publishState();
  }

  async restart(): Promise<void> {
    this.#boot = 'boot-2';
    await this.#publishInfo();
  }

  async pushClose(peer: string, reason: ClosePush['reason']): Promise<void> {
    await this.#reply(peer, { id: null, op: 'close', ok: true, data: { session: SESSION, reason } });
  }

  /** To the last request that came while silent. */
  async answerLate(): Promise<void> {
    await this.#unanswered?.();
  }

  async #answer(peer: string, op: string, payload: Buffer): Promise<void> {
    const { id, session, data } = JSON.parse(payload.toString()) as Request & { id: string };
    this.requests.push({ op, peer, session, data });
    if (this.silent) {
      this.#unanswered = () => this.#reply(peer, { id, op, ok: true, data: this.#dataFor(op) });
      return;
    }
    if (this.refusal !== undefined)
      return this.#reply(peer, { id, op, ok: false, error: replyError(this.refusal) });
    if (op === 'snapshot')
      await this.#bus.publish(deviceTopics('picam', this.#device).snapshot, JPEG, { qos: 0 });
    return this.#reply(peer, { id, op, ok: true, data: this.#dataFor(op) });
  }

  #dataFor(op: string): unknown {
    return op === 'stats' ? this.statistics : dataFor(op);
  }

  async #reply(peer: string, rest: object): Promise<void> {
    const topic = deviceTopics('picam', this.#device).reply(peer);
    await this.#bus.publish(topic, JSON.stringify({ v: 1, boot: this.#boot, ...rest }));
  }

  async #publishInfo(): Promise<void> {
    const info = {
      v: 1,
      boot: this.#boot,
      name: 'Front door',
      model: 'fake',
      sw: '0',
      caps: this.caps,
      limits: { viewers: 10, width: 1280, height: 720, fps: 30, bitrateKbps: 2000 },
      dtlsFingerprint: '',
      auth: 'off',
    };
    await this.#bus.publish(deviceTopics('picam', this.#device).info, JSON.stringify(info), { retain: true });
  }

  async #publishState(): Promise<void> {
    const { state } = deviceTopics('picam', this.#device);
    await this.#bus.publish(state, JSON.stringify(this.#state()), { retain: true });
  }

  #state() {
    const calm = { enabled: this.#enabled, motion: false, recording: false, health: 'ok', error: null };
    return { ...calm, boot: this.#boot, up: 1, timeSync: true, streaming: true, viewers: 2 };
  }
}

function dataFor(op: string): unknown {
  if (op === 'offer') return { session: SESSION, type: 'answer', sdp: ANSWER };
  if (op === 'ice-restart') return RESTARTED_ICE;
  if (op === 'record') return { recording: true, file: 'now.mp4' };
  if (op === 'stop') return { streaming: false, viewers: 0 };
  if (op !== 'snapshot') return {};
  const sha256 = createHash('sha256').update(JPEG).digest('hex');
  return { sha256, bytes: JPEG.length, width: 1280, height: 720, ts: 0 };
}
