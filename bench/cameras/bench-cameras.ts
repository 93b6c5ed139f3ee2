import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { CameraRequests } from '../../camera-client/camera-requests.ts';
import { SYSTEM_PYTHON } from '../../device/capture/picamera2/helper-command.ts';
import { Lifetime } from '../../foundation/lifetime.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { connectBus } from '../../test/support/connect-bus.ts';
import { startDevice, type TestDevice } from '../../test/support/device.ts';
import { startWeb } from '../../test/support/web.ts';
import { SOURCES, type BenchSource, type CameraCase } from './cases.ts';

const STAND_IN = fileURLToPath(new URL('../../test/support/stand-in-picamera2', import.meta.url));
/** Until the encoder's first picture. */
const ENCODER_START_MS = 1_000;

/** Which of the sources this machine can run. */
export function availableSources(progress: (line: string) => void): BenchSource[] {
  const python = spawnSync(SYSTEM_PYTHON, ['-c', 'import av, numpy'], { stdio: 'ignore' });
  if (python.status === 0) return [...SOURCES];
  progress('Picamera2 is left out: its stand-in needs python3-av (sudo apt install python3-av)');
  return SOURCES.filter((source) => source !== 'Picamera2');
}

/**
 * Real cameras, each a process of its own, on the broker of the first: one for each source and key-frame interval. The
 * test source makes key frames at their interval only; Picamera2 – here on a camera that draws and an encoder of the
 * kind that a Pi 5 has – also when it is asked to.
 */
export class BenchCameras {
  readonly #lifetime = new Lifetime(silentLogger);
  readonly #devices: TestDevice[] = [];
  #requests: CameraRequests | undefined;

  static async open(cases: readonly CameraCase[]): Promise<BenchCameras> {
    const cameras = new BenchCameras();
    try {
      await cameras.#open(cases);
      return cameras;
    } catch (error) {
      await cameras.close();
      throw error;
    }
  }

  get broker(): string {
    return this.#devices[0]?.broker ?? '';
  }

  get all(): readonly string[] {
    return this.#devices.map(({ device }) => device);
  }

  /** The web page's address. */
  async serveWeb(): Promise<string> {
    const web = await startWeb(this.broker);
    this.#lifetime.own('the web server', () => web.stop());
    return web.url;
  }

  /** The encoder runs from now on, and has run for a while when this resolves. */
  async turnOn(device: string, forMs: number): Promise<void> {
    await this.#request(device, 'start');
    await wait(ENCODER_START_MS + forMs);
  }

  async turnOff(devices: readonly string[]): Promise<void> {
    await Promise.all(devices.map((device) => this.#request(device, 'stop')));
  }

  close(): Promise<void> {
    return this.#lifetime.close();
  }

  async #open(cases: readonly CameraCase[]): Promise<void> {
    const ids = new Map(cases.map((one) => [deviceOf(one), one]));
    for (const [device, { source, n }] of ids) {
      const camera = await startDevice({
        device,
        source: source === 'Picamera2' ? 'picamera2' : 'test',
        ...(this.broker !== '' && { broker: this.broker }),
        env: {
          PICAM_VIDEO_KEYFRAME_INTERVAL_S: String(n),
          PYTHONPATH: STAND_IN,
          STAND_IN_BEHAVIOUR: 'lively',
        },
      });
      this.#lifetime.own(device, () => camera.stop());
      this.#devices.push(camera);
    }
    const bus = await connectBus(this.broker);
    this.#lifetime.own('the bus', () => bus.close());
    const requests = new CameraRequests({ bus, prefix: 'picam', peer: 'bench' });
    this.#lifetime.own('the requests', () => requests.close());
    requests.open();
    this.#requests = requests;
  }

  async #request(device: string, op: 'start' | 'stop'): Promise<void> {
    await this.#requests?.request(device, op, {});
  }
}

export function deviceOf({ source, n }: CameraCase): string {
  return `${source.toLowerCase().replace(' ', '-')}-${n}-s`;
}
