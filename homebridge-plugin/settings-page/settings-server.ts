import { join } from 'node:path';
import { z } from 'zod';
import { CameraError } from '../../contract/errors.ts';
import { deviceIdSchema, prefixSchema, DEFAULT_PREFIX } from '../../contract/topics.ts';
import { sdpSchema, sessionIdSchema } from '../../contract/operations.ts';
import { brokerSettingsSchema, refuseContradictions } from '../../foundation/broker-settings.ts';
import type { Clock } from '../../foundation/clock.ts';
import { readConfiguration, type Configuration } from '../configuration.ts';
import { LOCAL_CAMERA_FOLDER } from '../local-camera/folder-name.ts';
import { BrokerSearch } from './broker-search.ts';
import { consultLocalDoctor, type Finding } from './local-doctor.ts';
import { LocalTrial } from './local-trial.ts';
import type { PluginUiProcess } from './plugin-ui-process.ts';
import { setupCodes, type HomebridgeFiles } from './setup-codes.ts';
import type { WatchedBroker } from './watched-broker.ts';

const placeSchema = z.enum(['broker', 'local']);
const searchSchema = z.object({
  broker: brokerSettingsSchema.superRefine(refuseContradictions),
  prefix: prefixSchema.default(DEFAULT_PREFIX),
});
/** The plugin's block as it is in the page. */
const configSchema = z.object({ config: z.unknown() });
const codesSchema = configSchema.extend({ devices: z.array(deviceIdSchema).max(200) });
const cameraSchema = z.object({ place: placeSchema, device: deviceIdSchema });
const offerSchema = cameraSchema.extend({ sdp: sdpSchema });
const viewSchema = z.object({ place: placeSchema, session: sessionIdSchema });

export interface SettingsServerOptions {
  readonly page: PluginUiProcess;
  readonly files: HomebridgeFiles;
  readonly clock: Clock;
}

/** What the settings page asks for: cameras, live pictures, setup codes, and what this machine still needs. */
export class SettingsServer {
  readonly #page: PluginUiProcess;
  readonly #files: HomebridgeFiles;
  readonly #search: BrokerSearch;
  readonly #trial: LocalTrial;
  readonly #localFolder: string;
  #examined: Promise<unknown> = Promise.resolve();

  constructor({ page, files, clock }: SettingsServerOptions) {
    this.#page = page;
    this.#files = files;
    this.#localFolder = join(files.storage, LOCAL_CAMERA_FOLDER);
    const handleChange = () => this.#pushCameras();
    this.#search = new BrokerSearch(handleChange);
    this.#trial = new LocalTrial({ folder: this.#localFolder, clock, handleChange });
  }

  open(): void {
    const page = this.#page;
    page.onRequest('/search', searchSchema, ({ broker, prefix }) => this.#search.search(broker, prefix));
    page.onRequest('/end-search', z.object({}), async () => this.#endSearch());
    page.onRequest('/check', configSchema, ({ config }) => checked(config));
    page.onRequest('/doctor', configSchema, ({ config }) => this.#examineNext(config));
    page.onRequest('/local-camera', configSchema, ({ config }) => {
      const { localCamera, prefix } = readOrRefuse(config);
      return this.#trial.show(localCamera, prefix);
    });
    page.onRequest('/end-local-camera', z.object({}), async () => this.#endTrial());
    page.onRequest('/codes', codesSchema, ({ config, devices }) => ({
      codes: setupCodes(config, readOrRefuse(config), devices, this.#files),
    }));
    page.onRequest('/ice-servers', cameraSchema, async ({ place, device }) => ({
      iceServers: await this.#watched(place).iceServersOf(device),
    }));
    page.onRequest('/offer', offerSchema, ({ place, device, sdp }) =>
      this.#watched(place).offer(device, sdp),
    );
    page.onRequest('/close-view', viewSchema, async ({ place, session }) => {
      await this.#watched(place).closeView(session);
      return {};
    });
    page.open();
  }

  async close(): Promise<void> {
    await Promise.all([this.#search.close(), this.#trial.close()]);
  }

  async #endSearch(): Promise<object> {
    await this.#search.close();
    return {};
  }

  async #endTrial(): Promise<object> {
    await this.#trial.close();
    return {};
  }

  /** One after the other: each tries the port, and two at once would find it taken. */
  #examineNext(config: unknown): Promise<{ readonly findings: readonly Finding[] }> {
    const examination = this.#examined.then(() => this.#examine(config));
    this.#examined = examination.catch(() => undefined);
    return examination;
  }

  /** The port that its own camera listens on is nothing to mend. */
  async #examine(config: unknown): Promise<{ readonly findings: readonly Finding[] }> {
    const { localCamera, prefix } = readOrRefuse(config);
    const findings = await consultLocalDoctor(localCamera, prefix, this.#localFolder);
    const isSuspicious = findings.some(({ about, state }) => about === 'broker' && state !== 'good');
    if (!isSuspicious || !(await this.#trial.isRunByHomebridge(localCamera, prefix))) return { findings };
    return { findings: findings.filter(({ about }) => about !== 'broker') };
  }

  #pushCameras(): void {
    this.#page.push('cameras', { cameras: [...this.#trial.cameras, ...this.#search.cameras] });
  }

  #watched(place: z.infer<typeof placeSchema>): WatchedBroker {
    const watched = (place === 'local' ? this.#trial : this.#search).watched;
    if (!watched) throw new CameraError('offline', 'The camera is not connected.');
    return watched;
  }
}

function checked(config: unknown): { readonly problems: readonly string[] } {
  const read = readConfiguration(config);
  return { problems: read.ok ? [] : read.problems };
}

function readOrRefuse(config: unknown): Configuration {
  const read = readConfiguration(config);
  if (read.ok) return read.configuration;
  throw new CameraError('bad_request', read.problems.join('\n'));
}
