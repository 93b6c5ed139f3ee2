import type { CameraDirectory } from '../../camera-client/camera-directory.ts';
import type { CameraRequests } from '../../camera-client/camera-requests.ts';
import { askForStatistics, type StatisticsAnswer } from '../../camera-client/statistics-requests.ts';
import { AnswerHistory, type Rates } from './rates.ts';

/** A camera that takes longer is shown as silent; the others need not wait for it. */
const ANSWER_TIMEOUT_MS = 1_500;

/** One camera, as it was just now. `rates` come with its second answer. */
export type CameraReading = StatisticsAnswer & { readonly rates?: Rates | undefined };

export interface FleetWatchOptions {
  readonly requests: Pick<CameraRequests, 'request'>;
  readonly directory: Pick<CameraDirectory, 'cameras'>;
  /** Absent: every camera there is. */
  readonly only?: string | undefined;
}

/** Asks the cameras again and again. */
export class FleetWatch {
  readonly #options: FleetWatchOptions;
  readonly #histories = new Map<string, AnswerHistory>();

  constructor(options: FleetWatchOptions) {
    this.#options = options;
  }

  /** In the order of their ids. Never rejects. */
  async look(): Promise<CameraReading[]> {
    const { requests, directory, only } = this.#options;
    const cameras = directory.cameras.filter(({ device }) => only === undefined || device === only);
    const answers = await askForStatistics(requests, cameras, ANSWER_TIMEOUT_MS);
    return answers.map((answer) => ({ ...answer, rates: this.#ratesOf(answer) }));
  }

  #ratesOf(answer: StatisticsAnswer): Rates | undefined {
    if (answer.kind !== 'answered') return undefined;
    const { device } = answer.camera;
    const history = this.#histories.get(device) ?? new AnswerHistory();
    this.#histories.set(device, history);
    return history.add(answer.statistics);
  }
}
