import { z } from 'zod';
import { MAX_CHANNEL_MESSAGE_BYTES } from './limits.ts';

/** What goes over a data channel: text, whose meaning is up to those at its ends. */
export const channelTextSchema = z
  .string()
  .refine(
    (text) => Buffer.byteLength(text) <= MAX_CHANNEL_MESSAGE_BYTES,
    `must have at most ${MAX_CHANNEL_MESSAGE_BYTES} bytes`,
  );

/** Names a viewer to others, as long as it watches. Unlike a session it gives nobody any power over the view. */
export const viewerIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'is not the id of a viewer');
