import { HttpClient } from 'hap-controller';
import type { Pairing } from './hap-camera.ts';
import type { PublishedAccessory } from './homebridge-process.ts';

const HOST = '127.0.0.1';

/** Of HAP, without their common end. */
export const SERVICE = {
  streamManagement: '110',
  doorbell: '121',
  motionSensor: '85',
  operatingMode: '21A',
  privacySwitch: '49',
} as const;
const CHARACTERISTIC = {
  doorbell: { event: '73' },
  motionSensor: { detected: '22', active: '75' },
  operatingMode: { cameraActive: '21B', manuallyDisabled: '227' },
  privacySwitch: { on: '25' },
} as const;

type Services = typeof CHARACTERISTIC;

interface FoundService {
  readonly type: string;
  /** `aid.iid` by the characteristic's short type. */
  readonly addresses: ReadonlyMap<string, string>;
}

/** What a phone sees and changes of an accessory that has one camera, besides its picture. */
export class HapAccessory {
  readonly #connect: () => HttpClient;
  readonly #client: HttpClient;
  readonly #listening: HttpClient[] = [];
  #services: readonly FoundService[] = [];

  private constructor(connect: () => HttpClient) {
    this.#connect = connect;
    this.#client = connect();
  }

  static async open({ id, port }: PublishedAccessory, pairing: Pairing): Promise<HapAccessory> {
    const options = { usePersistentConnections: true };
    const accessory = new HapAccessory(() => new HttpClient(id, HOST, port, pairing, options));
    await accessory.#lookUp();
    return accessory;
  }

  /** By their short types. */
  get services(): ReadonlySet<string> {
    return new Set(this.#services.map(({ type }) => type));
  }

  async read<S extends keyof Services>(service: S, name: keyof Services[S] & string): Promise<unknown> {
    const { characteristics } = await this.#client.getCharacteristics([this.#address(service, name)]);
    return characteristics[0]?.value;
  }

  async write<S extends keyof Services>(
    service: S,
    name: keyof Services[S] & string,
    value: unknown,
  ): Promise<void> {
    await this.#client.setCharacteristics({ [this.#address(service, name)]: value });
  }

  /** @returns the values that the accessory tells of from now on, as they come. */
  async watch<S extends keyof Services>(service: S, name: keyof Services[S] & string): Promise<unknown[]> {
    const address = this.#address(service, name);
    const told: unknown[] = [];
    // The library loses its way in a connection that subscribes twice.
    const listening = this.#connect();
    this.#listening.push(listening);
    listening.on('event', ({ characteristics }: { characteristics: Record<string, unknown>[] }) => {
      for (const { value } of characteristics) told.push(value);
    });
    await listening.subscribeCharacteristics([address]);
    return told;
  }

  async close(): Promise<void> {
    for (const client of [...this.#listening, this.#client]) await client.close();
  }

  #address(service: keyof Services, name: string): string {
    const characteristics: Readonly<Record<string, string>> = CHARACTERISTIC[service];
    const found = this.#services.find(({ type }) => type === SERVICE[service]);
    const address = found?.addresses.get(characteristics[name] ?? '');
    if (address === undefined) throw new Error(`the accessory has no ${name} of a ${service}`);
    return address;
  }

  async #lookUp(): Promise<void> {
    const { accessories } = await this.#client.getAccessories();
    const wanted = accessories.find(({ services }) =>
      services.some(({ type }) => shortType(type) === SERVICE.streamManagement),
    );
    this.#services = (wanted?.services ?? []).map(({ type, characteristics }) => ({
      type: shortType(type),
      addresses: new Map(
        characteristics.map((one) => [
          shortType(one.type ?? ''),
          `${String(wanted?.aid)}.${String(one.iid)}`,
        ]),
      ),
    }));
  }
}

/** `00000118-0000-1000-8000-0026BB765291` and `118` are the same. */
export function shortType(type: string): string {
  return type.replace(/-.*$/u, '').replace(/^0+/u, '');
}
