import type { LossyRelay } from '../../test/device/viewer-session/lossy-relay.ts';
import { isJanusInstalled } from '../fan-out/janus/janus-process.ts';
import { JanusPictures } from './janus-pictures.ts';
import type { SentPicture } from './messages.ts';
import { NodePictures } from './node-pictures.ts';
import type { WatchingTab } from './watching-tab.ts';

/** Whatever sends pictures to a browser. */
export interface PicturesToTab {
  /** @param relay stands in the way of what is sent. */
  connect(tab: WatchingTab, relay: LossyRelay | undefined): Promise<void>;
  /** Sends the recording for so long. */
  send(durationMs: number): Promise<SentPicture[]>;
  close(): Promise<void>;
}

export interface ChromiumVariant {
  readonly name: string;
  readonly open: () => PicturesToTab | Promise<PicturesToTab>;
  readonly isInQuick: boolean;
}

const ALWAYS: readonly ChromiumVariant[] = [
  { name: 'picam', open: () => new NodePictures('picam'), isInQuick: true },
  { name: 'stock werift', open: () => new NodePictures('stock werift'), isInQuick: true },
];
const JANUS: ChromiumVariant = { name: 'Janus', open: () => JanusPictures.start(), isInQuick: false };

export async function chromiumVariants(
  quick: boolean,
  tell: (line: string) => void,
): Promise<ChromiumVariant[]> {
  const isThere = await isJanusInstalled();
  if (!isThere) tell('Janus is left out: it is not installed (sudo apt-get install janus)');
  return [...ALWAYS, ...(isThere ? [JANUS] : [])].filter(({ isInQuick }) => isInQuick || !quick);
}
