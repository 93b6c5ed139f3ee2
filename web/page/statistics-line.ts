import { element } from './element.ts';
import { describeFigures, reckon, type StreamSample } from './statistics.ts';

/** Long enough for steady figures, short enough to see a change. */
const WINDOW_MS = 1_900;

/** The line of figures over the picture, shown on request. */
export class StatisticsLine {
  readonly root = element('p', { class: 'statistics', hidden: true });
  #samples: StreamSample[] = [];

  /** @returns whether it is shown now. */
  toggle(): boolean {
    this.root.hidden = !this.root.hidden;
    this.#show();
    return !this.root.hidden;
  }

  add(sample: StreamSample): void {
    this.#samples.push(sample);
    while (this.#samples.length > 2 && sample.atMs - (this.#samples[1]?.atMs ?? 0) >= WINDOW_MS)
      this.#samples.shift();
    this.#show();
  }

  /** Of a picture by HLS, which says little. `delayS`: seconds behind the newest. */
  showFallback(delayS: number | undefined): void {
    this.#samples = [];
    this.#write(['HLS', ...(delayS === undefined ? [] : [`${delayS.toFixed(1)} s late`])]);
  }

  clear(): void {
    this.#samples = [];
    this.#show();
  }

  #show(): void {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    const isReady = first !== undefined && last !== undefined && first !== last;
    this.#write(isReady ? describeFigures(reckon(first, last)) : ['No figures yet']);
  }

  #write(figures: readonly string[]): void {
    this.root.replaceChildren(...figures.map((text) => element('span', {}, text)));
  }
}
