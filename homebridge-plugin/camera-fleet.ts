import { CameraDirectory } from '../camera-client/camera-directory.ts';
import { CameraEvents } from '../camera-client/camera-events.ts';
import { CameraRequests } from '../camera-client/camera-requests.ts';
import { IceServers } from '../camera-client/ice-servers.ts';
import type { OpenLiveView } from '../camera-client/live-view.ts';
import { LiveViewConnection } from '../camera-client/live-view-connection.ts';
import { ReconnectingLiveView } from '../camera-client/live-view-reconnection.ts';
import { SharedLiveViews } from '../camera-client/live-view-sharing.ts';
import { SnapshotRequests } from '../camera-client/snapshot-requests.ts';
import { deviceTopics } from '../contract/topics.ts';
import type { BrokerSettings } from '../foundation/broker-settings.ts';
import { randomIdentifier } from '../foundation/identifiers.ts';
import type { Logger } from '../foundation/logger.ts';
import { Lifetime } from '../foundation/lifetime.ts';
import { BrokerConnections } from './broker-connections.ts';
import { hasSound, hasSpeaker } from './camera-sound.ts';
import { settingsOf, type Configuration } from './configuration.ts';

export interface CameraFleetOptions {
  readonly configuration: Configuration;
  /** Default: the one of the configuration. */
  readonly brokers?: readonly BrokerSettings[];
  /** The broker of this machine's own camera. */
  readonly localBrokerUrl?: string | undefined;
  readonly logger: Logger;
}

/** The cameras of all brokers: the connections to those, and all that is asked of the cameras through them. */
export class CameraFleet {
  readonly directory: CameraDirectory;
  readonly snapshots: SnapshotRequests;
  readonly events: CameraEvents;
  readonly openLiveView: OpenLiveView;
  readonly #prefix: string;
  readonly #connections: BrokerConnections;
  readonly #requests: CameraRequests;
  readonly #iceServers: IceServers;
  readonly #views: SharedLiveViews;
  readonly #lifetime: Lifetime;

  constructor({ configuration, brokers, localBrokerUrl, logger }: CameraFleetOptions) {
    const { prefix, broker } = configuration;
    const peer = `homebridge-${randomIdentifier()}`;
    const clientId = `picam-${peer}`;
    this.#connections = new BrokerConnections({
      brokers: brokers ?? [broker],
      localBrokerUrl,
      prefix,
      clientId,
      logger,
    });
    const { bus } = this.#connections;
    const requests = new CameraRequests({ bus, prefix, peer });
    const iceServers = new IceServers({ requests, logger });
    const withAudio = (device: string) => {
      const camera = this.directory.find(device);
      return settingsOf(configuration, device).audio && (hasSound(camera) || hasSpeaker(camera));
    };
    this.#views = new SharedLiveViews({
      open: liveViews({ requests, iceServers, withAudio, logger }),
      logger,
    });
    this.#prefix = prefix;
    this.#requests = requests;
    this.#iceServers = iceServers;
    this.#lifetime = new Lifetime(logger);
    this.openLiveView = this.#views.join;
    this.events = new CameraEvents({ bus, prefix });
    this.directory = new CameraDirectory({ bus, prefix, requests });
    this.snapshots = new SnapshotRequests({ bus, prefix, requests });
  }

  /** @throws BrokerSettingsError when a certificate file cannot be read. */
  open(): void {
    this.#connections.open();
    this.#lifetime.own('the broker connections', () => this.#connections.close());
    this.#requests.open();
    this.#lifetime.own('the requests', () => this.#requests.close());
    this.snapshots.open();
    this.#lifetime.own('the snapshots', () => this.snapshots.close());
    this.events.open();
    this.#lifetime.own('the events', () => this.events.close());
    this.directory.open();
    this.#lifetime.own('the directory', () => this.directory.close());
    this.#lifetime.own('the ICE servers', this.#iceServers.follow(this.directory));
    this.#lifetime.own('the live views', () => this.#views.close());
  }

  /** This machine's own camera is there. */
  reachLocalCamera(): void {
    this.#connections.openLocal();
  }

  /** The owner's word: a camera that is turned off sees nothing, whoever asks. */
  turn(device: string, isOn: boolean): Promise<void> {
    const topic = deviceTopics(this.#prefix, device).set('enabled');
    return this.#connections.bus.publish(topic, isOn ? 'ON' : 'OFF');
  }

  /** What we take of the camera's bit rate, in kbit/s; 0: everything. Ends with our last view of it. */
  async limitBitrate(device: string, kbps: number): Promise<void> {
    await this.#requests.request(device, 'bitrate', { kbps });
  }

  close(): Promise<void> {
    return this.#lifetime.close();
  }
}

function liveViews({
  requests,
  iceServers,
  withAudio,
  logger,
}: {
  readonly requests: CameraRequests;
  readonly iceServers: IceServers;
  /** Whether a camera's sound is asked for: all who watch share one view. */
  readonly withAudio: (device: string) => boolean;
  readonly logger: Logger;
}): OpenLiveView {
  return (device, listener) => {
    const view = new ReconnectingLiveView({
      listener,
      logger,
      openConnection: (connectionListener) => {
        const connection = new LiveViewConnection({
          device,
          requests,
          iceServers: () => iceServers.of(device),
          withAudio: withAudio(device),
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
