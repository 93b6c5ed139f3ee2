import { connect, type Socket } from 'node:net';
import { z } from 'zod';
import { withTimeout } from '../../../foundation/time-out.ts';
import { FrameReader, FrameWriter, type DataStreamKeys } from './frames.ts';
import { decodeValue, encodeValue, type DataStreamValue } from './values.ts';

const TIMEOUT_MS = 10_000;

const headerSchema = z.object({
  protocol: z.string(),
  event: z.string().optional(),
  response: z.string().optional(),
  id: z.number().optional(),
  status: z.number().optional(),
});

export interface DataStreamEvent {
  readonly protocol: string;
  readonly event: string;
  readonly message: DataStreamValue;
}

export interface DataStreamResponse {
  readonly status: number;
  readonly message: DataStreamValue;
}

type Dictionary = Readonly<Record<string, DataStreamValue>>;

/** A home hub's end of a HomeKit Data Stream. */
export class DataStream {
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  readonly #writer: FrameWriter;
  readonly #responses = new Map<number, (response: DataStreamResponse) => void>();
  readonly #handleEvent: (event: DataStreamEvent) => void;
  readonly #closed: Promise<void>;
  #lastId = 0;

  private constructor(socket: Socket, keys: DataStreamKeys, handleEvent: (event: DataStreamEvent) => void) {
    this.#socket = socket;
    this.#reader = new FrameReader(keys.toController);
    this.#writer = new FrameWriter(keys.toAccessory);
    this.#handleEvent = handleEvent;
    this.#closed = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  static async open(
    port: number,
    keys: DataStreamKeys,
    handleEvent: (event: DataStreamEvent) => void,
  ): Promise<DataStream> {
    const socket = connect(port, '127.0.0.1');
    const stream = new DataStream(socket, keys, handleEvent);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => stream.#handleData(chunk));
    await stream.request('control', 'hello', {});
    return stream;
  }

  async request(protocol: string, request: string, message: Dictionary): Promise<DataStreamResponse> {
    this.#lastId += 1;
    const id = this.#lastId;
    const response = new Promise<DataStreamResponse>((resolve) => this.#responses.set(id, resolve));
    this.#send({ protocol, request, id }, message);
    return withTimeout(response, TIMEOUT_MS, `the response to ${protocol}/${request}`);
  }

  sendEvent(protocol: string, event: string, message: Dictionary): void {
    this.#send({ protocol, event }, message);
  }

  /** As when the network is gone: nothing is said. */
  async drop(): Promise<void> {
    this.#socket.destroy();
    await this.#closed;
  }

  async close(): Promise<void> {
    this.#socket.end();
    this.#socket.destroySoon();
    await withTimeout(this.#closed, TIMEOUT_MS, 'closing the data stream');
  }

  #send(header: Dictionary, message: Dictionary): void {
    const encoded = encodeValue(header);
    this.#socket.write(
      this.#writer.write(Buffer.concat([Buffer.of(encoded.length), encoded, encodeValue(message)])),
    );
  }

  #handleData(chunk: Buffer): void {
    for (const content of this.#reader.read(chunk)) {
      const end = 1 + content.readUInt8();
      const {
        protocol,
        event,
        id = 0,
        status = 0,
      } = headerSchema.parse(decodeValue(content.subarray(1, end)));
      const message = decodeValue(content.subarray(end));
      if (event === undefined) this.#responses.get(id)?.({ status, message });
      else this.#handleEvent({ protocol, event, message });
    }
  }
}
