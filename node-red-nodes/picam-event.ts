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
      const isFirst = 'isFirst' in one && one.isFirst;
      if (kinds.includes(one.kind) && (tellFirst || !isFirst)) this.send(messageOf(one, link.device));
    });
    this.on('close', news.watch(link));
  });
}

function messageOf(news: News, device: string): NodeMessage & Record<string, unknown> {
  if (news.kind === 'event') {
    const { event } = news;
    return { topic: event.kind, payload: event.data, device, event };
  }
  if (news.kind === 'message') {
    const { message, event } = news;
    return { topic: 'message', payload: readable(message.text), viewer: message.viewer, device, event };
  }
  const { kind, value, isFirst, event } = news;
  return { topic: kind, payload: value, device, ...(isFirst && { first: true }), ...(event && { event }) };
}

/** An object or a list comes as what it is, all other text as text: "1" and "true" are words here. */
function readable(text: string): unknown {
  if (!/^\s*[{[]/u.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
