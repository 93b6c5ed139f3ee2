import { z } from 'zod';
import { PAYLOAD_TYPE } from '../messages.ts';
import { JanusConnection } from './janus-connection.ts';

const MOUNTPOINT = 1;
const createdSchema = z.object({
  stream: z.object({ ports: z.tuple([z.object({ port: z.number() })]) }),
});

export interface JanusViewer {
  readonly handle: number;
  readonly offer: string;
}

/** Janus' streaming plugin with one stream, and its viewers. */
export class JanusStreaming {
  readonly #connection: JanusConnection;
  readonly #session: number;

  private constructor(connection: JanusConnection, session: number) {
    this.#connection = connection;
    this.#session = session;
  }

  static async open(port: number): Promise<JanusStreaming> {
    const connection = await JanusConnection.open(port);
    const created = await connection.ask({ janus: 'create' });
    return new JanusStreaming(connection, created.data?.id ?? 0);
  }

  /** @returns the port it takes the stream on, as plain RTP. */
  async createMountpoint(): Promise<number> {
    const media = {
      type: 'video',
      mid: 'video',
      codec: 'h264',
      pt: PAYLOAD_TYPE,
      port: 0,
      fmtp: 'profile-level-id=42e01f;packetization-mode=1',
      iface: '127.0.0.1',
    };
    const body = { request: 'create', type: 'rtp', id: MOUNTPOINT, media: [media] };
    const reply = await this.#connection.ask(this.#message(await this.#attach(), body));
    return createdSchema.parse(reply.plugindata?.data).stream.ports[0].port;
  }

  async watch(): Promise<JanusViewer> {
    const handle = await this.#attach();
    const watched = this.#message(handle, { request: 'watch', id: MOUNTPOINT });
    const { jsep } = await this.#connection.ask(watched, 'event');
    if (!jsep) throw new Error('Janus offered nothing');
    return { handle, offer: jsep.sdp };
  }

  /** Resolves when the viewer is connected. */
  async start({ handle }: JanusViewer, answer: string): Promise<void> {
    const isUp = this.#connection.next(
      "a viewer's connection to Janus",
      ({ janus, sender }) => janus === 'webrtcup' && sender === handle,
    );
    const jsep = { type: 'answer', sdp: answer };
    await this.#connection.ask({ ...this.#message(handle, { request: 'start' }), jsep }, 'event');
    await isUp;
  }

  close(): void {
    this.#connection.close();
  }

  async #attach(): Promise<number> {
    const attach = { janus: 'attach', session_id: this.#session, plugin: 'janus.plugin.streaming' };
    const { data } = await this.#connection.ask(attach);
    return data?.id ?? 0;
  }

  #message(handle: number, body: object) {
    return { janus: 'message', session_id: this.#session, handle_id: handle, body };
  }
}
