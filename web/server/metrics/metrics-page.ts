import type { CameraDirectory } from '../../../camera-client/camera-directory.ts';
import type { CameraRequests } from '../../../camera-client/camera-requests.ts';
import { askForStatistics } from '../../../camera-client/statistics-requests.ts';
import { writeCameraMetrics } from '../../../foundation/metrics/camera-metrics.ts';
import { type WebStatistics, writeWebMetrics } from './web-metrics.ts';

/** Whoever scrapes waits ten seconds by default; a camera that needs so long is not up. */
const ANSWER_TIMEOUT_MS = 2_000;
/** However many scrape, a camera is asked about once a second. */
const FRESH_MS = 1_000;

export interface MetricsPageOptions {
  readonly requests: Pick<CameraRequests, 'request'>;
  readonly directory: Pick<CameraDirectory, 'cameras'>;
  readonly ownStatistics: () => WebStatistics;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
}

/** All numbers of this server and of the cameras it knows, in Prometheus' text format. */
export class MetricsPage {
  readonly #options: MetricsPageOptions;
  #ofCameras: { readonly text: Promise<string>; readonly askedAtMs: number } | undefined;

  constructor(options: MetricsPageOptions) {
    this.#options = options;
  }

  async text(): Promise<string> {
    const ofCameras = await this.#textOfCameras();
    return ofCameras + writeWebMetrics(this.#options.ownStatistics());
  }

  #textOfCameras(): Promise<string> {
    const nowMs = this.#options.now();
    if (!this.#ofCameras || nowMs - this.#ofCameras.askedAtMs >= FRESH_MS)
      this.#ofCameras = { text: this.#askCameras(), askedAtMs: nowMs };
    return this.#ofCameras.text;
  }

  /** Never rejects. */
  async #askCameras(): Promise<string> {
    const { requests, directory } = this.#options;
    const answers = await askForStatistics(requests, directory.cameras, ANSWER_TIMEOUT_MS);
    return writeCameraMetrics(
      answers.map((answer) => ({
        device: answer.camera.device,
        info: answer.camera.info,
        statistics: answer.kind === 'answered' ? answer.statistics : undefined,
      })),
    );
  }
}
