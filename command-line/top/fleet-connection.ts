import { CameraDirectory } from '../../camera-client/camera-directory.ts';
import { CameraRequests } from '../../camera-client/camera-requests.ts';
import { redactedUrl, type BrokerSettings } from '../../foundation/broker-settings.ts';
import { randomIdentifier } from '../../foundation/identifiers.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { MqttConnection } from '../../foundation/mqtt-connection.ts';
import { FleetWatch, type CameraReading } from './fleet-watch.ts';

export interface FleetConnectionOptions {
  readonly broker: BrokerSettings;
  readonly prefix: string;
  /** Absent: every camera there is. */
  readonly only: string | undefined;
}

/** The cameras of one broker, to be asked. */
export class FleetConnection {
  readonly #options: FleetConnectionOptions;
  readonly #bus: MqttConnection;
  readonly #requests: CameraRequests;
  readonly #directory: CameraDirectory;
  readonly #watch: FleetWatch;
  #problem = '';

  constructor(options: FleetConnectionOptions) {
    const { broker, prefix, only } = options;
    const name = `picam-top-${randomIdentifier()}`;
    // A connection says why it failed, and then that it tries again, which is only half true for who prints once.
    const warn = (message: string) => void (this.#problem = message.split('; ')[0] ?? message);
    this.#options = options;
    this.#bus = new MqttConnection({ broker, clientId: name, logger: { ...silentLogger, warn } });
    this.#requests = new CameraRequests({ bus: this.#bus, prefix, peer: name });
    this.#directory = new CameraDirectory({ bus: this.#bus, prefix, requests: this.#requests });
    this.#watch = new FleetWatch({ requests: this.#requests, directory: this.#directory, only });
  }

  /** @throws BrokerSettingsError when a certificate file cannot be read. */
  open(): void {
    this.#requests.open();
    this.#directory.open();
    this.#bus.open();
  }

  async close(): Promise<void> {
    this.#directory.close();
    this.#requests.close();
    await this.#bus.close();
  }

  get isConnected(): boolean {
    return this.#bus.connected;
  }

  get url(): string {
    return redactedUrl(this.#options.broker.url);
  }

  /** Every camera that was found, whether it is watched or not. */
  get found(): readonly string[] {
    return this.#directory.cameras.map(({ device }) => device);
  }

  isOnline(device: string): boolean {
    return this.#directory.find(device)?.online === true;
  }

  look(): Promise<CameraReading[]> {
    return this.#watch.look();
  }

  /** Why there is nothing to show, and what to do about it; undefined when there is something. */
  get emptiness(): string | undefined {
    const { only, prefix } = this.#options;
    if (!this.isConnected) {
      const why = this.#problem || `connecting to the MQTT broker ${this.url}`;
      return `No connection: ${why}. Does it run, and is its address right (--broker)?`;
    }
    if (this.found.length === 0) {
      return `No camera is on ${this.url} below the prefix "${prefix}". Does "picam device" run, and on this broker?`;
    }
    if (only === undefined || this.found.includes(only)) return undefined;
    return `There is no camera "${only}" on ${this.url}; there are ${this.found.join(', ')}.`;
  }
}
