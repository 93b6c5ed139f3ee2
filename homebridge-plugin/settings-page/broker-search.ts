import { askBroker } from '../../foundation/ask-broker.ts';
import type { BrokerProblemKind } from '../../foundation/broker-problem.ts';
import type { BrokerSettings } from '../../foundation/broker-settings.ts';
import { foundCamera, type FoundCamera } from './found-camera.ts';
import { WatchedBroker } from './watched-broker.ts';

/** Cameras answer within milliseconds; whichever comes later is shown when it comes. */
const PATIENCE_MS = 1_500;

export type SearchResult =
  | { readonly kind: 'connected'; readonly url: string; readonly cameras: readonly FoundCamera[] }
  | {
      readonly kind: 'unusable';
      readonly url: string;
      readonly why: BrokerProblemKind;
      /** In English, for what has no words of its own in the page. */
      readonly message: string;
    }
  /** Something else was looked for meanwhile. */
  | { readonly kind: 'superseded' };

/** Looks for cameras on the broker whose address is typed: the newest one alone. */
export class BrokerSearch {
  readonly #handleChange: () => void;
  #watched: WatchedBroker | undefined;
  #searches = 0;

  constructor(handleChange: () => void) {
    this.#handleChange = handleChange;
  }

  get watched(): WatchedBroker | undefined {
    return this.#watched;
  }

  get cameras(): readonly FoundCamera[] {
    return (this.#watched?.cameras ?? []).map((camera) => foundCamera('broker', camera));
  }

  async search(broker: BrokerSettings, prefix: string): Promise<SearchResult> {
    this.#searches += 1;
    const mine = this.#searches;
    await this.close();
    const answer = await askBroker(broker);
    if (mine !== this.#searches) return { kind: 'superseded' };
    const { url } = answer;
    if (answer.kind === 'unusable') {
      const { kind: why, problem, remedy } = answer.why;
      return { kind: 'unusable', url, why, message: `${url} ${problem}. ${remedy}` };
    }
    const watched = new WatchedBroker({ broker, prefix, handleChange: this.#handleChange });
    this.#watched = watched;
    watched.open();
    await watched.hasWithin(PATIENCE_MS, ({ online }) => online);
    if (mine !== this.#searches) return { kind: 'superseded' };
    return { kind: 'connected', url, cameras: this.cameras };
  }

  async close(): Promise<void> {
    const watched = this.#watched;
    this.#watched = undefined;
    await watched?.close();
  }
}
