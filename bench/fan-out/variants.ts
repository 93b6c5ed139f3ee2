import { loadBurstAddon } from '../../foundation/bursts/burst-addon.ts';
import { AiortcSender, isAiortcInstalled } from './aiortc/aiortc-sender.ts';
import { isJanusInstalled } from './janus/janus-process.ts';
import { JanusSender } from './janus/janus-sender.ts';
import type { MeasuredSender } from './measured-sender.ts';
import type { ReadyTime } from './messages.ts';
import { NodeSender } from './node-sender.ts';

export const FLOOR = 'floor: dgram + GCM';
export const JANUS = 'Janus';

/** Senders that are a process of Node; plain RTP only feeds another. */
export type NodeVariant =
  'picam' | 'picam, one by one' | 'stock werift' | 'node-datachannel' | 'plain RTP' | typeof FLOOR;

export interface Variant {
  readonly name: string;
  readonly open: () => MeasuredSender | Promise<MeasuredSender>;
  readonly readyTime: ReadyTime;
  /** Absent for what is always there. */
  readonly needs?: { readonly isThere: () => Promise<boolean>; readonly remedy: string };
  readonly isInQuick: boolean;
  /** More viewers than that would only show a machine that is overloaded. */
  readonly mostViewers: number;
}

export const VARIANTS: readonly Variant[] = [
  {
    ...ofNode('picam', true),
    needs: {
      isThere: () => Promise.resolve(loadBurstAddon().kind === 'there'),
      remedy: 'it takes Linux and a C compiler: sudo apt-get install gcc libc6-dev',
    },
  },
  ofNode('picam, one by one', true),
  ofNode('stock werift', true),
  {
    ...ofNode('node-datachannel', false),
    needs: { isThere: isNodeDatachannelThere, remedy: 'there is no binary of it for every processor' },
  },
  {
    name: JANUS,
    open: () => JanusSender.start(),
    readyTime: 'in payload',
    needs: { isThere: isJanusInstalled, remedy: 'sudo apt-get install janus' },
    isInQuick: false,
    mostViewers: Number.POSITIVE_INFINITY,
  },
  {
    name: 'aiortc (VP8, 640x480)',
    open: () => new AiortcSender(),
    readyTime: 'rtp timestamp',
    needs: { isThere: isAiortcInstalled, remedy: 'sudo apt-get install python3-aiortc' },
    isInQuick: false,
    mostViewers: 5,
  },
  ofNode(FLOOR, true),
];

/** Those that can be measured here; of the others it is told how to get them. */
export async function presentVariants(tell: (line: string) => void): Promise<Variant[]> {
  const present: Variant[] = [];
  for (const variant of VARIANTS) {
    const { name, needs } = variant;
    if (!needs || (await needs.isThere())) present.push(variant);
    else tell(`${name} is left out: it is not installed (${needs.remedy})`);
  }
  return present;
}

function ofNode(name: NodeVariant, isInQuick: boolean): Variant {
  return {
    name,
    open: () => new NodeSender(name),
    readyTime: 'in payload',
    isInQuick,
    mostViewers: Number.POSITIVE_INFINITY,
  };
}

function isNodeDatachannelThere(): Promise<boolean> {
  return import('node-datachannel').then(
    () => true,
    () => false,
  );
}
