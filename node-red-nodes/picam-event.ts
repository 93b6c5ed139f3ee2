import type { NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { z } from 'zod';
import { CameraNews, NEWS_KINDS, type News } from './camera-news.ts';
import { followCamera } from './camera-user.ts';

const settingsSchema = z.object({
  /** Without a choice, all. */
  kinds: z
    .array(z.enum(NEWS_KINDS))
    .transform((kinds) => (kinds.length > 0 ? kinds : [...NEWS_KINDS]))
    .catch([...NEWS_KINDS]),
  /** Also tells how it is when the flow starts. */
  tellFirst: z.boolean().catch(false),
});

interface PicamEventDef extends NodeDef {
  readonly camera: string;
  readonly kinds?: unknown;
  readonly tellFirst?: unknown;
}

/** Sends a message for what happens at a camera. */
export default function registerPicamEvent(RED: NodeAPI): void {
  RED.nodes.registerType('picam-event', function (def: PicamEventDef) {
    RED.nodes.createNode(this, def);
    const link = followCamera(RED, this, def.camera);
    if (!link) return;
    const { kinds, tellFirst } = settingsSchema.parse(def);
    const news = new CameraNews((one) => {
      const isWanted = kinds.includes(one.kind) && (tellFirst || one.kind === 'event' || !one.isFirst);
      if (isWanted) this.send(messageOf(one, link.device));
    });
    this.on('close', news.watch(link));
  });
}

function messageOf(news: News, device: string): NodeMessage & Record<string, unknown> {
  if (news.kind === 'event') {
    const { event } = news;
    return { topic: event.kind, payload: event.data, device, event };
  }
  const { kind, value, isFirst, event } = news;
  return { topic: kind, payload: value, device, ...(isFirst && { first: true }), ...(event && { event }) };
}
