import { withoutCandidates, type LossyRelay } from '../../test/device/viewer-session/lossy-relay.ts';
import { BenchProcess } from '../bench-process.ts';
import type { SenderVariant, SentPicture } from './messages.ts';
import type { PicturesToTab } from './variants.ts';
import type { WatchingTab } from './watching-tab.ts';

/** A sender that is a process of Node and answers the browser's offer. */
export class NodePictures implements PicturesToTab {
  readonly #variant: SenderVariant;
  readonly #process = new BenchProcess(new URL('./sender.ts', import.meta.url));

  constructor(variant: SenderVariant) {
    this.#variant = variant;
  }

  async connect(tab: WatchingTab, relay: LossyRelay | undefined): Promise<void> {
    const offer = await tab.offer();
    const answer = await this.answer(relay ? withoutCandidates(offer) : offer);
    await tab.watch(relay ? await relay.stretchInto(answer) : answer);
  }

  answer(offer: string): Promise<string> {
    return this.#process.ask({ kind: 'answer', variant: this.#variant, offer });
  }

  send(durationMs: number): Promise<SentPicture[]> {
    return this.#process.ask({ kind: 'send', durationMs });
  }

  close(): Promise<void> {
    return this.#process.close();
  }
}
