import { CameraDirectory, type KnownCamera } from '../../camera-client/camera-directory.ts';
import { CameraRequests } from '../../camera-client/camera-requests.ts';
import { IceServers } from '../../camera-client/ice-servers.ts';
import type { IceServer } from '../../contract/operations.ts';
import type { BrokerSettings } from '../../foundation/broker-settings.ts';
import { randomIdentifier } from '../../foundation/identifiers.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { MqttConnection } from '../../foundation/mqtt-connection.ts';
import { withTimeout } from '../../foundation/time-out.ts';

export interface WatchedBrokerOptions {
  readonly broker: BrokerSettings;
  readonly prefix: string;
  readonly handleChange: () => void;
}

/** A broker that the page looks at: the cameras on it, and the way to them. */
export class WatchedBroker {
  readonly #connection: MqttConnection;
  readonly #requests: CameraRequests;
  readonly #directory: CameraDirectory;
  readonly #iceServers: IceServers;
  readonly #handleChange: () => void;
  readonly #sessions = new Map<string, string>();

  constructor({ broker, prefix, handleChange }: WatchedBrokerOptions) {
    const peer = `settings-${randomIdentifier()}`;
    // What goes wrong is told in the page, by whoever asked.
    const logger = silentLogger;
    this.#connection = new MqttConnection({ broker, clientId: `picam-${peer}`, logger });
    this.#requests = new CameraRequests({ bus: this.#connection, prefix, peer });
    this.#directory = new CameraDirectory({ bus: this.#connection, prefix, requests: this.#requests });
    this.#iceServers = new IceServers({ requests: this.#requests, logger });
    this.#handleChange = handleChange;
  }

  get cameras(): readonly KnownCamera[] {
    return this.#directory.cameras;
  }

  /** @throws BrokerSettingsError when a certificate file cannot be read. */
  open(): void {
    this.#connection.open();
    this.#requests.open();
    this.#directory.open();
    this.#directory.onChange(() => this.#handleChange());
  }

  /** Ends the views of the page first, so that no camera stays on for nobody. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.#sessions.keys()].map((session) => this.closeView(session)));
    this.#directory.close();
    this.#requests.close();
    await this.#connection.close();
  }

  /** True as soon as such a camera is there, false when none came within `timeoutMs`. */
  async hasWithin(timeoutMs: number, isWanted: (camera: KnownCamera) => boolean): Promise<boolean> {
    let unsubscribe = (): void => undefined;
    const found = new Promise<true>((resolve) => {
      unsubscribe = this.#directory.onChange((camera) => {
        if (isWanted(camera)) resolve(true);
      });
    });
    try {
      return await withTimeout(found, timeoutMs, 'looking for a camera');
    } catch {
      return false;
    } finally {
      unsubscribe();
    }
  }

  iceServersOf(device: string): Promise<readonly IceServer[]> {
    return this.#iceServers.of(device);
  }

  /** @throws CameraError as the camera refuses. */
  async offer(device: string, sdp: string): Promise<{ readonly session: string; readonly sdp: string }> {
    const data = { type: 'offer', sdp, trickle: false } as const;
    const answer = await this.#requests.request(device, 'offer', data);
    this.#sessions.set(answer.session, device);
    return { session: answer.session, sdp: answer.sdp };
  }

  async closeView(session: string): Promise<void> {
    const device = this.#sessions.get(session);
    if (device === undefined) return;
    this.#sessions.delete(session);
    await this.#requests.request(device, 'close', {}, { session, tries: 1, timeoutMs: 1_000 });
  }
}
