import { createHash } from 'node:crypto';
import type { DeviceState } from '../../contract/device-messages.ts';
import { replyError } from '../../contract/envelopes.ts';
import { deviceTopics, parseTopic } from '../../contract/topics.ts';
import type { MqttConnection } from '../../foundation/mqtt-connection.ts';
import { connectBus } from '../support/connect-bus.ts';
import { waitUntil } from '../support/wait-until.ts';

export interface FakeRequest {
  readonly peer: string;
  readonly op: string;
  readonly id: string;
  readonly session?: string;
  readonly data?: unknown;
}

type Answer = (request: FakeRequest) => unknown;

const BOOT = 'boot';
const STATE = {
  boot: BOOT,
  up: 1,
  timeSync: true,
  enabled: true,
  viewers: 0,
  motion: false,
  recording: false,
  health: 'ok',
  error: null,
};

/** Says on a broker what a camera says, without any picture. What an answer throws becomes the reply's error. */
export class FakeCamera {
  readonly device: string;
  readonly requests: FakeRequest[] = [];
  readonly #bus: MqttConnection;
  readonly #topics: ReturnType<typeof deviceTopics>;
  readonly #answers = new Map<string, Answer>();

  private constructor(bus: MqttConnection, device: string) {
    this.#bus = bus;
    this.device = device;
    this.#topics = deviceTopics('picam', device);
  }

  static async start(brokerUrl: string, device = 'door'): Promise<FakeCamera> {
    const camera = new FakeCamera(await connectBus(brokerUrl), device);
    camera.#bus.subscribe(camera.#topics.everyRequest, ({ topic, payload }) => {
      const parsed = parseTopic('picam', topic);
      if (parsed?.kind !== 'request') return;
      const envelope = JSON.parse(payload.toString()) as Omit<FakeRequest, 'peer' | 'op'>;
      void camera.#handle({ ...envelope, peer: parsed.peer, op: parsed.op });
    });
    camera.#bus.subscribe(camera.#topics.everySet, ({ topic, payload }) => {
      const parsed = parseTopic('picam', topic);
      if (parsed?.kind === 'set') camera.switches.push(`${parsed.property} ${payload.toString()}`);
    });
    await camera.say('online');
    return camera;
  }

  /** Replaces the answer to `op`; a request with no answer stays without one. */
  answer(op: string, answer: Answer): void {
    this.#answers.set(op, answer);
  }

  async say(status: 'online' | 'offline'): Promise<void> {
    await this.#bus.publish(this.#topics.status, status, { retain: true });
  }

  async sayStreaming(streaming: boolean): Promise<void> {
    await this.sayState({ streaming });
  }

  async sayState(state: Partial<DeviceState>): Promise<void> {
    const message = JSON.stringify({ ...STATE, streaming: false, ...state });
    await this.#bus.publish(this.#topics.state, message, { retain: true });
  }

  async sayEvent(kind: string, data: object): Promise<void> {
    const event = { id: 'event', boot: BOOT, seq: 1, ts: 1, kind, data };
    await this.#bus.publish(this.#topics.event(kind), JSON.stringify(event));
  }

  async sayInfo(name: string): Promise<void> {
    const info = {
      v: 1,
      boot: BOOT,
      name,
      model: 'fake',
      sw: '0',
      caps: [],
      limits: { viewers: 1, width: 64, height: 36, fps: 30, bitrateKbps: 1_000 },
      dtlsFingerprint: '',
      auth: 'off',
    };
    await this.#bus.publish(this.#topics.info, JSON.stringify(info), { retain: true });
  }

  /** What has been published below `set/`, such as `enabled OFF`. */
  readonly switches: string[] = [];

  async push(peer: string, op: 'cand' | 'close', data: object): Promise<void> {
    await this.#reply(peer, { id: null, op, ok: true, data });
  }

  /** Publishes a picture and gives the reply that names it. */
  async publishPicture(jpeg: Buffer): Promise<object> {
    await this.#bus.publish(this.#topics.snapshot, jpeg, { qos: 0 });
    const sha256 = createHash('sha256').update(jpeg).digest('hex');
    return { sha256, bytes: jpeg.length, width: 64, height: 36, ts: 1 };
  }

  /** Once the camera itself is back on a broker that was away. */
  async isBack(): Promise<void> {
    await waitUntil('the camera is back on the broker', () => this.#bus.connected, 20_000);
    await this.say('online');
  }

  close(): Promise<void> {
    return this.#bus.close();
  }

  async #handle(request: FakeRequest): Promise<void> {
    this.requests.push(request);
    const answer = this.#answers.get(request.op);
    if (!answer) return;
    const { peer, op, id } = request;
    try {
      await this.#reply(peer, { id, op, ok: true, data: await answer(request) });
    } catch (error) {
      await this.#reply(peer, { id, op, ok: false, error: replyError(error) });
    }
  }

  async #reply(peer: string, reply: object): Promise<void> {
    await this.#bus.publish(this.#topics.reply(peer), JSON.stringify({ v: 1, boot: BOOT, ...reply }));
  }
}
