import { withoutCandidates, type LossyRelay } from '../../test/device/viewer-session/lossy-relay.ts';
import { JanusProcess } from '../fan-out/janus/janus-process.ts';
import { JanusStreaming } from '../fan-out/janus/janus-streaming.ts';
import type { SentPicture } from './messages.ts';
import { NodePictures } from './node-pictures.ts';
import type { PicturesToTab } from './variants.ts';
import type { WatchingTab } from './watching-tab.ts';

/** Janus, which offers to the browser what another process gives it as RTP. */
export class JanusPictures implements PicturesToTab {
  readonly #janus: JanusProcess;
  readonly #feeder = new NodePictures('plain RTP');
  #streaming: JanusStreaming | undefined;

  private constructor(janus: JanusProcess) {
    this.#janus = janus;
  }

  static async start(): Promise<JanusPictures> {
    return new JanusPictures(await JanusProcess.start());
  }

  async connect(tab: WatchingTab, relay: LossyRelay | undefined): Promise<void> {
    const streaming = await JanusStreaming.open(this.#janus.port);
    this.#streaming = streaming;
    await this.#feeder.answer(String(await streaming.createMountpoint()));
    const viewer = await streaming.watch();
    const answer = await tab.answer(relay ? await relay.stretchInto(viewer.offer) : viewer.offer);
    await streaming.start(viewer, relay ? withoutCandidates(answer) : answer);
  }

  send(durationMs: number): Promise<SentPicture[]> {
    return this.#feeder.send(durationMs);
  }

  async close(): Promise<void> {
    this.#streaming?.close();
    await Promise.all([this.#janus.close(), this.#feeder.close()]);
  }
}
