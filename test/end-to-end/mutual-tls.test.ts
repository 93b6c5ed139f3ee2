import { expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { infoSchema, stateSchema } from '../../contract/device-messages.ts';
import { deviceTopics } from '../../contract/topics.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { MqttConnection } from '../../foundation/mqtt-connection.ts';
import { CameraFleet } from '../../homebridge-plugin/camera-fleet.ts';
import { configurationSchema } from '../../homebridge-plugin/configuration.ts';
import { CertificateAuthority } from '../support/certificates.ts';
import { startDevice } from '../support/device.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { startWeb } from '../support/web.ts';

const TEST_TIMEOUT_MS = 120_000;
/** Of a reconnect, with its pauses. */
const BACK_TIMEOUT_MS = 40_000;
const resources = resourcesOfEachTest();

test(
  'device, web server and plugin meet on a Mosquitto that knows them by their certificates, also after it was away and has forgotten everything',
  async () => {
    const authority = resources.own(new CertificateAuthority());
    const tls = { ...authority.sign('localhost'), caFile: authority.caFile };
    const broker = resources.own(await startMosquitto({ tls }));
    const settings = (name: string) => ({
      url: broker.url,
      caFile: authority.caFile,
      ...authority.sign(name),
    });
    const camera = resources.own(
      await startDevice({ broker: broker.url, args: ['--config', configurationFile(settings('camera'))] }),
    );
    const web = resources.own(
      await startWeb(broker.url, { args: ['--config', configurationFile(settings('web'))] }),
    );
    const fleet = resources.own(
      new CameraFleet({
        configuration: configurationSchema.parse({ broker: settings('homebridge') }),
        logger: silentLogger,
      }),
    );
    fleet.open();
    const topics = deviceTopics('picam', camera.device);
    const isSeen = async () => {
      const listed = (await (await fetch(`${web.url}/api/cameras`)).json()) as {
        device: string;
        online: boolean;
      }[];
      const inWeb = listed.some(({ device, online }) => device === camera.device && online);
      return (
        inWeb && fleet.directory.cameras.some(({ device, online }) => device === camera.device && online)
      );
    };
    await waitUntil('the camera in the web page and in the plugin', isSeen, BACK_TIMEOUT_MS);

    await broker.stop();
    await waitUntil('the camera to be away', async () => !(await isSeen()), BACK_TIMEOUT_MS);
    expect(camera.log).toMatch(/is away: nothing listens/u);
    resources.own(await startMosquitto({ port: broker.port, tls }));
    await waitUntil('the camera to be back', isSeen, BACK_TIMEOUT_MS);

    const reader = new MqttConnection({
      broker: settings('reader'),
      clientId: 'reader',
      logger: silentLogger,
    });
    resources.own(reader).open();
    const kept = new Map<string, string>();
    for (const topic of [topics.status, topics.info, topics.state])
      reader.subscribe(topic, ({ payload }) => void kept.set(topic, payload.toString()));
    await waitUntil('status, info and state', () => kept.size === 3, BACK_TIMEOUT_MS);
    expect(kept.get(topics.status)).toBe('online');
    const info = infoSchema.parse(JSON.parse(kept.get(topics.info) ?? ''));
    expect(stateSchema.parse(JSON.parse(kept.get(topics.state) ?? '')).boot).toBe(info.boot);

    await reader.publish(topics.status, 'offline', { retain: true });
    await waitUntil('the lie', () => kept.get(topics.status) === 'offline');
    await waitUntil('the truth', () => kept.get(topics.status) === 'online');
  },
  TEST_TIMEOUT_MS,
);

function configurationFile(broker: object): string {
  const folder = mkdtempSync(join(tmpdir(), 'picam-configuration-'));
  resources.onEnd('the configuration', () => rmSync(folder, { recursive: true }));
  const file = join(folder, 'picam.yaml');
  writeFileSync(file, JSON.stringify({ broker }));
  return file;
}
