import { setTimeout as wait } from 'node:timers/promises';
import { batchesOf } from '../batches.ts';
import { BenchProcess } from '../bench-process.ts';
import { cpuShareDuring } from '../cpu-time.ts';
import type { LinkQuality, LinkTally, Played, Seen } from './messages.ts';

export interface EnduranceOptions {
  readonly viewers: number;
  readonly durationMs: number;
  readonly quality: LinkQuality;
  /** Near 2¹⁶ it begins anew soon. Default: random. */
  readonly firstSequenceNumber?: number;
}

export interface Endured {
  readonly played: Played;
  readonly seen: readonly Seen[];
  readonly link: LinkTally;
  /** Of the device, of one core. */
  readonly cpuShare: number;
}

const WARM_UP_MS = 1_000;
/** So long the last repairs may take. */
const SETTLE_MS = 500;

/** The device, its viewers and the link between them, each in a process of its own. */
export async function endure(options: EnduranceOptions): Promise<Endured> {
  const start = (file: string) => new BenchProcess(new URL(`./${file}-process.ts`, import.meta.url));
  const [device, link, viewers] = [start('device'), start('link'), start('viewers')];
  try {
    await connect(options, { device, link, viewers });
    await device.ask({ kind: 'play', durationMs: WARM_UP_MS });
    await wait(SETTLE_MS);
    await viewers.ask({ kind: 'seen' });
    let played: Played | undefined;
    const cpuShare = await cpuShareDuring(device.pid, async () => {
      played = await device.ask<Played>({ kind: 'play', durationMs: options.durationMs }, options.durationMs);
    });
    await wait(SETTLE_MS);
    const seen = await viewers.ask<Seen[]>({ kind: 'seen' });
    if (!played) throw new Error('the device played nothing');
    return { played, seen, cpuShare, link: await link.ask<LinkTally>({ kind: 'tally' }) };
  } finally {
    await Promise.all([device.close(), link.close(), viewers.close()]);
  }
}

async function connect(
  { viewers: n, quality, firstSequenceNumber }: EnduranceOptions,
  { device, link, viewers }: Record<'device' | 'link' | 'viewers', BenchProcess>,
): Promise<void> {
  for (const batch of batchesOf(n)) {
    const offers = await viewers.ask<string[]>({ kind: 'offer', n: batch });
    const answers = await device.ask<string[]>({ kind: 'answer', offers, firstSequenceNumber });
    const led = await link.ask<string[]>({ kind: 'lead through', answers, quality });
    await viewers.ask({ kind: 'connect', answers: led });
  }
}
