import type { BenchProcess } from '../../bench-process.ts';
import { batchesOf } from '../../batches.ts';
import type { MeasuredSender } from '../measured-sender.ts';
import { NodeSender } from '../node-sender.ts';
import { JanusProcess } from './janus-process.ts';
import { JanusStreaming, type JanusViewer } from './janus-streaming.ts';

/** Janus with its streaming plugin: gets the stream as RTP from another process and sends it to its viewers. */
export class JanusSender implements MeasuredSender {
  readonly #janus: JanusProcess;
  readonly #feeder = new NodeSender('plain RTP');
  #streaming: JanusStreaming | undefined;

  private constructor(janus: JanusProcess) {
    this.#janus = janus;
  }

  static async start(): Promise<JanusSender> {
    return new JanusSender(await JanusProcess.start());
  }

  get pid(): number {
    return this.#janus.pid;
  }

  async connect(receivers: BenchProcess, n: number): Promise<void> {
    const streaming = await JanusStreaming.open(this.#janus.port);
    this.#streaming = streaming;
    await this.#feeder.answer([String(await streaming.createMountpoint())]);
    for (const batch of batchesOf(n)) await connectSome(streaming, receivers, batch);
  }

  send(durationMs: number): Promise<number> {
    return this.#feeder.send(durationMs);
  }

  async close(): Promise<void> {
    this.#streaming?.close();
    await Promise.all([this.#janus.close(), this.#feeder.close()]);
  }
}

async function connectSome(streaming: JanusStreaming, receivers: BenchProcess, n: number): Promise<void> {
  const viewers: JanusViewer[] = [];
  for (let i = 0; i < n; i += 1) viewers.push(await streaming.watch());
  const offers = viewers.map(({ offer }) => offer);
  const answers = await receivers.ask<string[]>({ kind: 'answer', offers });
  await Promise.all(viewers.map((viewer, i) => streaming.start(viewer, answers[i] ?? '')));
}
