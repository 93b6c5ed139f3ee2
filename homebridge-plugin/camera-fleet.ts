import { CameraDirectory } from '../camera-client/camera-directory.ts';
import { CameraRequests } from '../camera-client/camera-requests.ts';
import { IceServers } from '../camera-client/ice-servers.ts';
import type { OpenLiveView } from '../camera-client/live-view.ts';
import { LiveViewConnection } from '../camera-client/live-view-connection.ts';
import { ReconnectingLiveView } from '../camera-client/live-view-reconnection.ts';
import { SharedLiveViews } from '../camera-client/live-view-sharing.ts';
import { SnapshotRequests } from '../camera-client/snapshot-requests.ts';
import { randomIdentifier } from '../foundation/identifiers.ts';
import type { Logger } from '../foundation/logger.ts';
import { Lifetime } from '../foundation/lifetime.ts';
import { MqttConnection } from '../foundation/mqtt-connection.ts';
import type { Configuration } from './configuration.ts';

export interface CameraFleetOptions {
  readonly configuration: Configuration;
  readonly logger: Logger;
}

/** The cameras of one broker: one connection to it, and all that is asked of them through it. */
export class CameraFleet {
  readonly directory: CameraDirectory;
  readonly snapshots: SnapshotRequests;
  readonly openLiveView: OpenLiveView;
  readonly #bus: MqttConnection;
  readonly #requests: CameraRequests;
  readonly #views: SharedLiveViews;
  readonly #lifetime: Lifetime;

  constructor({ configuration, logger }: CameraFleetOptions) {
    const { broker, prefix } = configuration;
    const peer = `homebridge-${randomIdentifier()}`;
    const bus = new MqttConnection({ broker, clientId: `picam-${peer}`, logger });
    const requests = new CameraRequests({ bus, prefix, peer });
    const iceServers = new IceServers({ requests, logger });
    this.#views = new SharedLiveViews({ open: liveViews(requests, iceServers, logger), logger });
    this.#bus = bus;
    this.#requests = requests;
    this.#lifetime = new Lifetime(logger);
    this.openLiveView = this.#views.join;
    this.directory = new CameraDirectory({ bus, prefix, requests });
    this.snapshots = new SnapshotRequests({ bus, prefix, requests });
  }

  /** @throws BrokerSettingsError when a certificate file cannot be read. */
  open(): void {
    this.#bus.open();
    this.#lifetime.own('the broker connection', () => this.#bus.close());
    this.#requests.open();
    this.#lifetime.own('the requests', () => this.#requests.close());
    this.snapshots.open();
    this.#lifetime.own('the snapshots', () => this.snapshots.close());
    this.directory.open();
    this.#lifetime.own('the directory', () => this.directory.close());
    this.#lifetime.own('the live views', () => this.#views.close());
  }

  close(): Promise<void> {
    return this.#lifetime.close();
  }
}

function liveViews(requests: CameraRequests, iceServers: IceServers, logger: Logger): OpenLiveView {
  return (device, listener) => {
    const view = new ReconnectingLiveView({
      listener,
      logger,
      openConnection: (connectionListener) => {
        const connection = new LiveViewConnection({
          device,
          requests,
          iceServers: () => iceServers.of(device),
          listener: connectionListener,
          logger,
        });
        connection.open();
        return connection;
      },
    });
    view.open();
    return view;
  };
}
