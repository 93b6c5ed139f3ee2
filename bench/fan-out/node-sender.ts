import { BenchProcess } from '../bench-process.ts';
import { batchesOf } from '../batches.ts';
import type { MeasuredSender } from './measured-sender.ts';
import { FLOOR, type NodeVariant } from './variants.ts';

/** A sender that is a Node process, with viewers that are one of its variants. */
export class NodeSender implements MeasuredSender {
  readonly #variant: NodeVariant;
  readonly #process = new BenchProcess(new URL('./node-sender-process.ts', import.meta.url));

  constructor(variant: NodeVariant) {
    this.#variant = variant;
  }

  get pid(): number {
    return this.#process.pid;
  }

  async connect(receivers: BenchProcess, n: number): Promise<void> {
    if (this.#variant === FLOOR) {
      await this.answer(await receivers.ask({ kind: 'open sockets', n }));
      return;
    }
    for (const batch of batchesOf(n)) {
      const answers = await this.answer(await receivers.ask({ kind: 'offer', n: batch, codec: 'H264' }));
      await receivers.ask({ kind: 'handle answers', answers });
    }
    await this.#process.ask({ kind: 'connect' });
  }

  answer(offers: readonly string[]): Promise<string[]> {
    return this.#process.ask({ kind: 'answer', variant: this.#variant, offers });
  }

  send(durationMs: number): Promise<number> {
    return this.#process.ask({ kind: 'send', durationMs });
  }

  close(): Promise<void> {
    return this.#process.close();
  }
}
