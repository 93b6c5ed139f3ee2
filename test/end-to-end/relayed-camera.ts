import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { credentialsOfSecret } from '../../foundation/ice/shared-secret.ts';
import { openApartNetworks, type ApartNetwork } from '../support/apart-networks.ts';
import { startCoturn, type Coturn } from '../support/coturn.ts';
import { startDevice, type TestDevice } from '../support/device.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import type { TestResources } from '../support/resources.ts';

/** What coturn and those who make credentials for it know. */
export const TURN_SECRET = 'known-to-both';

export interface RelayedCameraOptions {
  readonly transport: 'udp' | 'tcp';
  /** @returns the `ice` settings of the camera, and of a web server. @param address of the machine between. */
  readonly ice: (turnUrl: string, address: string) => object | Promise<object>;
  /** How often coturn's clients have to ask again for what they were given. */
  readonly lifetimeS?: number;
}

export interface RelayedCamera {
  readonly camera: TestDevice;
  readonly coturn: Coturn;
  /** Where viewers are. */
  readonly away: ApartNetwork;
  readonly broker: string;
  /** The path of a picam.yaml with the `ice` settings. */
  readonly config: string;
}

/** A camera in one network, a viewer's network, and between them a machine with a broker and coturn. */
export async function openRelayedCamera(
  resources: TestResources,
  { transport, ice, lifetimeS }: RelayedCameraOptions,
): Promise<RelayedCamera> {
  const apart = openApartNetworks();
  resources.onEnd('the networks', () => apart.close());
  const [home, away] = apart.networks;
  const { commonAddress: address, hiddenAddress: relayAddress } = apart;
  const { port } = resources.own(await startMosquitto({ host: address }));
  const broker = `mqtt://${address}:${port}`;
  const wish = { address, relayAddress, secret: TURN_SECRET, transport, ...(lifetimeS && { lifetimeS }) };
  const coturn = resources.own(await startCoturn(wish));
  const folder = mkdtempSync(join(tmpdir(), 'picam-turn-'));
  resources.onEnd(folder, () => rmSync(folder, { recursive: true, force: true }));
  const config = join(folder, 'picam.yaml');
  const turnUrl = `turn:${address}:${coturn.port}?transport=${transport}`;
  writeFileSync(config, stringify({ ice: await ice(turnUrl, address) }));
  const args = ['--config', config];
  const camera = resources.own(await startDevice({ broker, namespace: home.name, args }));
  return { camera, coturn, away, broker, config };
}

/** A service that makes credentials for so long, each with another name. @returns its address */
export async function startCredentialService(
  resources: TestResources,
  address: string,
  turnUrl: string,
  ttlS: number,
): Promise<string> {
  const service = createServer((_request, response) => {
    const settings = { provider: 'shared-secret' as const, urls: [turnUrl], secret: TURN_SECRET, ttlS };
    const { iceServers, expiresInS: expiresIn } = credentialsOfSecret(settings, Date.now());
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ iceServers, expiresIn }));
  });
  resources.onEnd('the service', () => service.close());
  await once(service.listen(0, address), 'listening');
  return `http://${address}:${(service.address() as AddressInfo).port}/`;
}
