import { randomBytes } from 'node:crypto';
import { HttpClient } from 'hap-controller';
import type { SrtpMasterKeys } from '../../media/srtp-keys.ts';
import type { PublishedAccessory } from './homebridge-process.ts';
import { decodeTlv, encodeTlv, float32, type TlvItem, uint16, uint32, uint8 } from './tlv.ts';

const HOST = '127.0.0.1';
const CHARACTERISTIC = {
  streamingStatus: '120',
  setupEndpoints: '118',
  selectedConfiguration: '117',
} as const;
const STREAM_MANAGEMENT_SERVICE = '110';
const COMMAND = { end: 0, start: 1 } as const;
const PAYLOAD_TYPE = 99;

export interface HapStream {
  readonly session: Buffer;
  readonly status: number;
  readonly port: number;
  readonly ssrc: number;
  /** What the accessory encrypts with. */
  readonly keys: SrtpMasterKeys;
  /** What the controller encrypts with. */
  readonly controllerKeys: SrtpMasterKeys;
}

interface Target {
  readonly aid: number;
  readonly iids: Readonly<Record<keyof typeof CHARACTERISTIC, number>>;
}

/** A controller such as a phone, paired with an accessory (or a bridge of them), that looks at its camera. */
export class HapCamera {
  readonly #client: HttpClient;
  readonly #slot: number;
  #target: Target | undefined;

  private constructor(client: HttpClient, slot = 0) {
    this.#client = client;
    this.#slot = slot;
  }

  static async pair({ id, port, pin }: PublishedAccessory): Promise<HapCamera> {
    const setup = new HttpClient(id, HOST, port);
    await setup.pairSetup(pin);
    const pairing = setup.getLongTermData();
    await setup.close();
    if (!pairing) throw new Error('pairing gave no keys');
    return new HapCamera(new HttpClient(id, HOST, port, pairing, { usePersistentConnections: true }));
  }

  /** Another connection of the same controller, for the camera's next stream. */
  anotherConnection(accessory: PublishedAccessory): HapCamera {
    const pairing = this.#client.getLongTermData();
    if (!pairing) throw new Error('not paired');
    return new HapCamera(
      new HttpClient(accessory.id, HOST, accessory.port, pairing, { usePersistentConnections: true }),
      this.#slot + 1,
    );
  }

  async snapshot(width: number, height: number): Promise<Buffer> {
    const { aid } = await this.#find();
    return this.#client.getImage(width, height, aid);
  }

  /** The value, or HAP's status when it cannot be read. */
  async streamingStatus(): Promise<unknown> {
    const { aid, iids } = await this.#find();
    const { characteristics } = await this.#client.getCharacteristics([`${aid}.${iids.streamingStatus}`]);
    const [first] = characteristics as { value?: unknown; status?: number }[];
    return first?.status ? { status: first.status } : first?.value;
  }

  async setUp(videoPort: number): Promise<HapStream> {
    const session = randomBytes(16);
    const controllerKeys = { masterKey: randomBytes(16), masterSalt: randomBytes(14) };
    const srtp = encodeTlv([
      [1, uint8(0)],
      [2, controllerKeys.masterKey],
      [3, controllerKeys.masterSalt],
    ]);
    const address = encodeTlv([
      [1, uint8(0)],
      [2, Buffer.from(HOST)],
      [3, uint16(videoPort)],
      [4, uint16(videoPort)],
    ]);
    const items: TlvItem[] = [
      [1, session],
      [3, address],
      [4, srtp],
      [5, srtp],
    ];
    await this.#write('setupEndpoints', items);
    return { ...(await this.#endpoints()), session, controllerKeys };
  }

  async start({ session }: HapStream): Promise<void> {
    const video = encodeTlv([
      [1, uint8(0)],
      [
        2,
        encodeTlv([
          [1, uint8(1)],
          [2, uint8(0)],
          [3, uint8(0)],
          [4, uint8(0)],
        ]),
      ],
      [
        3,
        encodeTlv([
          [1, uint16(1280)],
          [2, uint16(720)],
          [3, uint8(30)],
        ]),
      ],
      [4, rtp(PAYLOAD_TYPE, 299, [5, uint16(1378)])],
    ]);
    const audio = encodeTlv([
      [1, uint8(3)],
      [
        2,
        encodeTlv([
          [1, uint8(1)],
          [2, uint8(0)],
          [3, uint8(1)],
          [4, uint8(20)],
        ]),
      ],
      [3, rtp(110, 24, [6, uint8(13)])],
      [4, uint8(0)],
    ]);
    await this.#write('selectedConfiguration', [
      [1, control(session, COMMAND.start)],
      [2, video],
      [3, audio],
    ]);
  }

  async end({ session }: HapStream): Promise<void> {
    await this.#write('selectedConfiguration', [[1, control(session, COMMAND.end)]]);
  }

  /** Drops the TCP connection without a word, as a phone that leaves does. */
  drop(): void {
    this.#client.closePersistentConnection();
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #endpoints(): Promise<Pick<HapStream, 'status' | 'port' | 'ssrc' | 'keys'>> {
    const { aid, iids } = await this.#find();
    const { characteristics } = await this.#client.getCharacteristics([`${aid}.${iids.setupEndpoints}`]);
    const reply = decodeTlv(Buffer.from(String(characteristics[0]?.value), 'base64'));
    const address = decodeTlv(reply.get(3));
    const srtp = decodeTlv(reply.get(4));
    return {
      status: reply.get(2)?.readUInt8() ?? -1,
      port: address.get(3)?.readUInt16LE() ?? 0,
      ssrc: reply.get(6)?.readUInt32LE() ?? 0,
      keys: { masterKey: srtp.get(2) ?? Buffer.alloc(0), masterSalt: srtp.get(3) ?? Buffer.alloc(0) },
    };
  }

  async #write(name: keyof typeof CHARACTERISTIC, items: readonly TlvItem[]): Promise<void> {
    const { aid, iids } = await this.#find();
    const value = encodeTlv(items).toString('base64');
    const result = await this.#client.setCharacteristics({ [`${aid}.${iids[name]}`]: value });
    const statuses = (result as { characteristics?: { status?: number }[] }).characteristics ?? [];
    const refused = statuses.find(({ status = 0 }) => status !== 0);
    if (refused) throw new Error(`the accessory refused ${name} with status ${refused.status ?? 0}`);
  }

  async #find(): Promise<Target> {
    this.#target ??= await this.#lookUp();
    return this.#target;
  }

  async #lookUp(): Promise<Target> {
    const { accessories } = await this.#client.getAccessories();
    for (const { aid, services } of accessories) {
      const service = services.filter(({ type }) => shortType(type) === STREAM_MANAGEMENT_SERVICE)[
        this.#slot
      ];
      if (!service) continue;
      const iid = (type: string) =>
        Number(service.characteristics.find((candidate) => shortType(candidate.type ?? '') === type)?.iid);
      const { streamingStatus, setupEndpoints, selectedConfiguration } = CHARACTERISTIC;
      return {
        aid,
        iids: {
          streamingStatus: iid(streamingStatus),
          setupEndpoints: iid(setupEndpoints),
          selectedConfiguration: iid(selectedConfiguration),
        },
      };
    }
    throw new Error('the accessory has no camera');
  }
}

function control(session: Buffer, command: number): Buffer {
  return encodeTlv([
    [1, session],
    [2, uint8(command)],
  ]);
}

function rtp(payloadType: number, maxBitrateKbps: number, last: TlvItem): Buffer {
  return encodeTlv([
    [1, uint8(payloadType)],
    [2, uint32(randomBytes(3).readUIntBE(0, 3))],
    [3, uint16(maxBitrateKbps)],
    [4, float32(0.5)],
    last,
  ]);
}

/** `00000118-0000-1000-8000-0026BB765291` and `118` are the same. */
function shortType(type: string): string {
  return type.replace(/-.*$/u, '').replace(/^0+/u, '');
}
