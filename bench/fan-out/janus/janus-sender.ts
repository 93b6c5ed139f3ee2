import { z } from 'zod';
import type { BenchProcess } from '../../bench-process.ts';
import type { MeasuredSender } from '../measured-sender.ts';
import { PAYLOAD_TYPE } from '../messages.ts';
import { NodeSender } from '../node-sender.ts';
import { JanusConnection } from './janus-connection.ts';
import { JanusProcess } from './janus-process.ts';

const MOUNTPOINT = 1;
const createdSchema = z.object({
  stream: z.object({ ports: z.tuple([z.object({ port: z.number() })]) }),
});

interface Viewer {
  readonly handle: number;
  readonly offer: string;
}

/** Janus with its streaming plugin: gets the stream as RTP from another process and sends it to its viewers. */
export class JanusSender implements MeasuredSender {
  readonly #janus: JanusProcess;
  readonly #feeder = new NodeSender('plain RTP');
  #connection: JanusConnection | undefined;
  #session = 0;

  private constructor(janus: JanusProcess) {
    this.#janus = janus;
  }

  static async start(): Promise<JanusSender> {
    return new JanusSender(await JanusProcess.start());
  }

  get pid(): number {
    return this.#janus.pid;
  }

  async connect(receivers: BenchProcess, n: number): Promise<void> {
    const connection = await JanusConnection.open(this.#janus.port);
    this.#connection = connection;
    const created = await connection.ask({ janus: 'create' });
    this.#session = created.data?.id ?? 0;
    await this.#feeder.answer([String(await this.#createMountpoint(connection))]);
    const viewers: Viewer[] = [];
    for (let i = 0; i < n; i += 1) viewers.push(await this.#watch(connection));
    const answers = await receivers.ask<string[]>({
      kind: 'answer',
      offers: viewers.map(({ offer }) => offer),
    });
    await Promise.all(viewers.map(({ handle }, i) => this.#start(connection, handle, answers[i] ?? '')));
  }

  send(durationMs: number): Promise<number> {
    return this.#feeder.send(durationMs);
  }

  async close(): Promise<void> {
    this.#connection?.close();
    await Promise.all([this.#janus.close(), this.#feeder.close()]);
  }

  /** @returns the port it takes the stream on. */
  async #createMountpoint(connection: JanusConnection): Promise<number> {
    const fmtp = 'profile-level-id=42e01f;packetization-mode=1';
    const media = {
      type: 'video',
      mid: 'video',
      codec: 'h264',
      pt: PAYLOAD_TYPE,
      port: 0,
      fmtp,
      iface: '127.0.0.1',
    };
    const body = { request: 'create', type: 'rtp', id: MOUNTPOINT, media: [media] };
    const handle = await this.#attach(connection);
    const reply = await connection.ask(this.#message(handle, body));
    return createdSchema.parse(reply.plugindata?.data).stream.ports[0].port;
  }

  async #watch(connection: JanusConnection): Promise<Viewer> {
    const handle = await this.#attach(connection);
    const watched = this.#message(handle, { request: 'watch', id: MOUNTPOINT });
    const { jsep } = await connection.ask(watched, 'event');
    if (!jsep) throw new Error('Janus offered nothing');
    return { handle, offer: jsep.sdp };
  }

  async #start(connection: JanusConnection, handle: number, sdp: string): Promise<void> {
    const isUp = connection.next(
      "a viewer's connection to Janus",
      ({ janus, sender }) => janus === 'webrtcup' && sender === handle,
    );
    const started = { ...this.#message(handle, { request: 'start' }), jsep: { type: 'answer', sdp } };
    await connection.ask(started, 'event');
    await isUp;
  }

  async #attach(connection: JanusConnection): Promise<number> {
    const attach = { janus: 'attach', session_id: this.#session, plugin: 'janus.plugin.streaming' };
    const { data } = await connection.ask(attach);
    return data?.id ?? 0;
  }

  #message(handle: number, body: object) {
    return { janus: 'message', session_id: this.#session, handle_id: handle, body };
  }
}
