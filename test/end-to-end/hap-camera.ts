import { randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { HttpClient, type PairingData } from 'hap-controller';
import type { SrtpMasterKeys } from '../../media/srtp-keys.ts';
import { SERVICE, shortType } from './hap-accessory.ts';
import type { PublishedAccessory } from './homebridge-process.ts';
import { selectedMedia, selectedVideo, type SoundWish } from './selected-media.ts';
import { decodeTlv, encodeTlv, type TlvItem, uint16, uint8 } from './tlv.ts';

const LOOPBACK = '127.0.0.1';
const ADDRESS_VERSION = { ipv4: 0, ipv6: 1 } as const;
const CHARACTERISTIC = {
  streamingStatus: '120',
  setupEndpoints: '118',
  selectedConfiguration: '117',
} as const;
const MICROPHONE_SERVICE = '112';
const COMMAND = { end: 0, start: 1, reconfigure: 4 } as const;
/** What phones ask for in the network at home. */
const USUAL_BITRATE_KBPS = 299;
const USUAL_SOUND: SoundWish = { rateKhz: 16, packetTimeMs: 20 };

/** What a controller keeps of an accessory that it is paired with. */
export type Pairing = PairingData;

/** One direction of media as the accessory announces it. */
export interface HapTrack {
  readonly port: number;
  readonly ssrc: number;
  /** What the accessory encrypts with. */
  readonly keys: SrtpMasterKeys;
}

/** How a controller in another network reaches an accessory. */
export interface Way {
  /** The accessory's address, with the interface if it is link-local. */
  readonly host: string;
  /** The controller's, where it wants its packets. */
  readonly ownAddress: string;
}

export interface HapStream extends HapTrack {
  readonly session: Buffer;
  /** Where the accessory says that its packets come from. */
  readonly address: string;
  readonly status: number;
  readonly sound: HapTrack;
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
  readonly ownAddress: string;
  #target: Target | undefined;

  private constructor(client: HttpClient, slot = 0, ownAddress = LOOPBACK) {
    this.#client = client;
    this.#slot = slot;
    this.ownAddress = ownAddress;
  }

  static async pair({ id, port, pin }: PublishedAccessory): Promise<HapCamera> {
    const setup = new HttpClient(id, LOOPBACK, port);
    await setup.pairSetup(pin);
    const pairing = setup.getLongTermData();
    await setup.close();
    if (!pairing) throw new Error('pairing gave no keys');
    return HapCamera.paired({ id, port }, pairing);
  }

  /** A controller that was paired before. */
  static paired(
    { id, port }: Pick<PublishedAccessory, 'id' | 'port'>,
    pairing: Pairing,
    { host, ownAddress }: Way = { host: LOOPBACK, ownAddress: LOOPBACK },
  ): HapCamera {
    const client = new HttpClient(id, host, port, pairing, { usePersistentConnections: true });
    return new HapCamera(client, 0, ownAddress);
  }

  /** Another connection of the same controller, for the camera's next stream. */
  anotherConnection({ id, port }: PublishedAccessory): HapCamera {
    const client = new HttpClient(id, LOOPBACK, port, this.pairing, { usePersistentConnections: true });
    return new HapCamera(client, this.#slot + 1);
  }

  get pairing(): Pairing {
    const pairing = this.#client.getLongTermData();
    if (!pairing) throw new Error('not paired');
    return pairing;
  }

  async snapshot(width: number, height: number): Promise<Buffer> {
    const { aid } = await this.#find();
    return this.#client.getImage(width, height, aid);
  }

  async hasMicrophone(): Promise<boolean> {
    const { accessories } = await this.#client.getAccessories();
    return accessories.some(({ services }) =>
      services.some(({ type }) => shortType(type) === MICROPHONE_SERVICE),
    );
  }

  /** The value, or HAP's status when it cannot be read. */
  async streamingStatus(): Promise<unknown> {
    const { aid, iids } = await this.#find();
    const { characteristics } = await this.#client.getCharacteristics([`${aid}.${iids.streamingStatus}`]);
    const [first] = characteristics as { value?: unknown; status?: number }[];
    return first?.status ? { status: first.status } : first?.value;
  }

  async setUp(videoPort: number, soundPort = videoPort): Promise<HapStream> {
    const session = randomBytes(16);
    const controllerKeys = { masterKey: randomBytes(16), masterSalt: randomBytes(14) };
    const srtp = encodeTlv([
      [1, uint8(0)],
      [2, controllerKeys.masterKey],
      [3, controllerKeys.masterSalt],
    ]);
    const address = encodeTlv([
      [1, uint8(ADDRESS_VERSION[isIPv6(this.ownAddress) ? 'ipv6' : 'ipv4'])],
      [2, Buffer.from(withoutInterface(this.ownAddress))],
      [3, uint16(videoPort)],
      [4, uint16(soundPort)],
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

  async start(
    { session }: HapStream,
    sound = USUAL_SOUND,
    maxBitrateKbps = USUAL_BITRATE_KBPS,
  ): Promise<void> {
    await this.#write('selectedConfiguration', [
      [1, control(session, COMMAND.start)],
      ...selectedMedia(sound, maxBitrateKbps),
    ]);
  }

  /** RECONFIGURE, as a phone does whose way has become narrower or wider. */
  async reconfigure({ session }: HapStream, maxBitrateKbps: number): Promise<void> {
    await this.#write('selectedConfiguration', [
      [1, control(session, COMMAND.reconfigure)],
      selectedVideo(maxBitrateKbps),
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

  async #endpoints(): Promise<Omit<HapStream, 'session' | 'controllerKeys'>> {
    const { aid, iids } = await this.#find();
    const { characteristics } = await this.#client.getCharacteristics([`${aid}.${iids.setupEndpoints}`]);
    const reply = decodeTlv(Buffer.from(String(characteristics[0]?.value), 'base64'));
    return {
      status: reply.get(2)?.readUInt8() ?? -1,
      address: decodeTlv(reply.get(3)).get(2)?.toString() ?? '',
      ...track(reply, { port: 3, srtp: 4, ssrc: 6 }),
      sound: track(reply, { port: 4, srtp: 5, ssrc: 7 }),
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
      const service = services.filter(({ type }) => shortType(type) === SERVICE.streamManagement)[this.#slot];
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

/** A link-local address is the same for both ends; what each calls its interface is not. */
export function withoutInterface(address: string): string {
  return address.replace(/%.*$/u, '');
}

/** @param types where the track's fields are: the port within the address, the others in the reply itself. */
function track(
  reply: Map<number, Buffer>,
  types: { readonly port: number; readonly srtp: number; readonly ssrc: number },
): HapTrack {
  const srtp = decodeTlv(reply.get(types.srtp));
  return {
    port: decodeTlv(reply.get(3)).get(types.port)?.readUInt16LE() ?? 0,
    ssrc: reply.get(types.ssrc)?.readUInt32LE() ?? 0,
    keys: { masterKey: srtp.get(2) ?? Buffer.alloc(0), masterSalt: srtp.get(3) ?? Buffer.alloc(0) },
  };
}

function control(session: Buffer, command: number): Buffer {
  return encodeTlv([
    [1, session],
    [2, uint8(command)],
  ]);
}
