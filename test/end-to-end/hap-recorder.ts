import { randomBytes, randomInt } from 'node:crypto';
import { HttpClient } from 'hap-controller';
import { z } from 'zod';
import { DataStream } from './data-stream/data-stream.ts';
import { DownloadedRecording } from './data-stream/downloaded-recording.ts';
import { dataStreamKeys } from './data-stream/frames.ts';
import type { Pairing } from './hap-camera.ts';
import type { PublishedAccessory } from './homebridge-process.ts';
import { decodeTlv, encodeTlv, uint16, uint32, uint8, type TlvItem } from './tlv.ts';

const HOST = '127.0.0.1';
const SALT_BYTES = 32;
const TIMED_WRITE_MS = 5_000;
const RECORDING_SERVICE = '204';
const OPERATING_MODE_SERVICE = '21A';
const DATA_STREAM_SERVICE = '129';
const CHARACTERISTIC = {
  active: [RECORDING_SERVICE, 'B0'],
  soundActive: [RECORDING_SERVICE, '226'],
  selectedConfiguration: [RECORDING_SERVICE, '209'],
  cameraActive: [OPERATING_MODE_SERVICE, '21B'],
  setUpDataStream: [DATA_STREAM_SERVICE, '131'],
} as const;
type Name = keyof typeof CHARACTERISTIC;

const secretSchema = z.object({
  pairingProtocol: z.object({ pairVerify: z.object({ sharedSecret: z.instanceof(Buffer) }) }),
});
/** What hap-controller keeps to itself, but offers no other way to: timed writes. */
interface WithConnection {
  getDefaultVerifiedConnection(): Promise<{
    put(path: string, body: Buffer): Promise<{ readonly statusCode: number; readonly body: Buffer }>;
  }>;
}
/** Nothing comes back from a write that has nothing to say. */
const writeResponseSchema = z
  .object({
    characteristics: z
      .array(z.object({ value: z.string().optional(), status: z.number().optional() }))
      .length(1),
  })
  .optional();

/** The choice of a home hub: 4 s before the event, in fragments of 4 s, 1080p30 in H.264, AAC-LC in 32 kHz. */
const CONFIGURATION = tlv(
  [
    1,
    tlv(
      [1, uint32(4_000)],
      [2, Buffer.concat([uint32(1), uint32(0)])],
      [3, tlv([1, uint8(0)], [2, tlv([1, uint32(4_000)])])],
    ),
  ],
  [
    2,
    tlv(
      [1, uint8(0)],
      [2, tlv([1, uint8(1)], [2, uint8(2)], [3, uint32(2_000)], [4, uint32(4_000)])],
      [3, tlv([1, uint16(1920)], [2, uint16(1080)], [3, uint8(30)])],
    ),
  ],
  [3, tlv([1, uint8(0)], [2, tlv([1, uint8(1)], [2, uint8(0)], [3, uint8(3)], [4, uint32(64)])])],
);

export interface RunningDownload {
  readonly recording: DownloadedRecording;
  /** HAP's status of the request, and the data stream's own. */
  readonly status: number;
  readonly stream: DataStream;
}

/** A home hub that records a camera. */
export class HapRecorder {
  readonly #client: HttpClient;
  readonly #ids = new Map<string, string>();
  #streamId = 0;

  constructor({ id, port }: PublishedAccessory, pairing: Pairing) {
    this.#client = new HttpClient(id, HOST, port, pairing, { usePersistentConnections: true });
  }

  async configure({ withSound }: { readonly withSound: boolean }): Promise<void> {
    await this.#write('selectedConfiguration', CONFIGURATION.toString('base64'));
    await this.setSound(withSound);
    await this.#write('active', 1);
  }

  async setSound(isOn: boolean): Promise<void> {
    await this.#write('soundActive', isOn ? 1 : 0);
  }

  async setActive(isActive: boolean): Promise<void> {
    await this.#write('active', isActive ? 1 : 0);
  }

  /** As the switch in the Home app does that turns the whole camera off. */
  async setCameraActive(isActive: boolean): Promise<void> {
    await this.#write('cameraActive', isActive ? 1 : 0);
  }

  /** True when the accessory still has what was chosen, and recording is on. */
  async isConfigured(): Promise<boolean> {
    const chosen = await this.#read('selectedConfiguration');
    return chosen === CONFIGURATION.toString('base64') && (await this.#read('active')) === 1;
  }

  /** Begins to download a recording, over a data stream of its own. */
  async download(): Promise<RunningDownload> {
    this.#streamId += 1;
    const recording = new DownloadedRecording(this.#streamId);
    const stream = await this.#openDataStream(recording);
    const { status } = await stream.request('dataSend', 'open', {
      target: 'controller',
      type: 'ipcamera.recording',
      reason: 'motion',
      streamId: this.#streamId,
    });
    return { recording, status, stream };
  }

  /** Says that it wants no more of it, as a hub does. */
  endDownload({ recording, stream }: RunningDownload, reason: number): void {
    stream.sendEvent('dataSend', 'close', { streamId: recording.streamId, reason });
  }

  acknowledge({ recording, stream }: RunningDownload): void {
    stream.sendEvent('dataSend', 'ack', { streamId: recording.streamId, endOfStream: true });
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #openDataStream(recording: DownloadedRecording): Promise<DataStream> {
    const salt = randomBytes(SALT_BYTES);
    const request = tlv([1, uint8(0)], [2, uint8(0)], [3, salt]);
    const response = await this.#write('setUpDataStream', request.toString('base64'));
    const reply = decodeTlv(Buffer.from(response ?? '', 'base64'));
    const port = decodeTlv(reply.get(2)).get(1)?.readUInt16LE() ?? 0;
    const { sharedSecret } = secretSchema.parse(this.#client).pairingProtocol.pairVerify;
    const keys = dataStreamKeys(sharedSecret, salt, reply.get(3) ?? Buffer.alloc(0));
    return DataStream.open(port, keys, (event) => recording.handle(event));
  }

  async #read(name: Name): Promise<unknown> {
    const { characteristics } = await this.#client.getCharacteristics([await this.#idOf(name)]);
    return characteristics[0]?.value;
  }

  /** A timed write, which some of it needs. Gives what the accessory answers to it, if anything. */
  async #write(name: Name, value: unknown): Promise<string | undefined> {
    const [aid, iid] = (await this.#idOf(name)).split('.').map(Number);
    const pid = randomInt(2 ** 32);
    await this.#put('/prepare', { ttl: TIMED_WRITE_MS, pid });
    const body = await this.#put('/characteristics', {
      characteristics: [{ aid, iid, value, r: true }],
      pid,
    });
    const [written] = writeResponseSchema.parse(body)?.characteristics ?? [];
    if (written?.status) throw new Error(`the accessory refused ${name} with status ${written.status}`);
    return written?.value;
  }

  async #put(path: string, body: object): Promise<unknown> {
    const connection = await (this.#client as unknown as WithConnection).getDefaultVerifiedConnection();
    const response = await connection.put(path, Buffer.from(JSON.stringify(body)));
    if (response.statusCode >= 300) throw new Error(`${path} was answered with ${response.statusCode}`);
    return response.body.length > 0 ? JSON.parse(response.body.toString()) : undefined;
  }

  async #idOf(name: Name): Promise<string> {
    if (this.#ids.size === 0) await this.#lookUp();
    const id = this.#ids.get(CHARACTERISTIC[name].join('.'));
    if (id === undefined) throw new Error(`the accessory has no ${name}`);
    return id;
  }

  async #lookUp(): Promise<void> {
    const { accessories } = await this.#client.getAccessories();
    for (const { aid, services } of accessories)
      for (const { type: service, characteristics } of services)
        for (const { type = '', iid } of characteristics)
          this.#ids.set(`${shortType(service)}.${shortType(type)}`, `${aid}.${iid}`);
  }
}

function tlv(...items: readonly TlvItem[]): Buffer {
  return encodeTlv(items);
}

/** `00000204-0000-1000-8000-0026BB765291` and `204` are the same. */
function shortType(type: string): string {
  return type.replace(/-.*$/u, '').replace(/^0+/u, '').toUpperCase();
}
