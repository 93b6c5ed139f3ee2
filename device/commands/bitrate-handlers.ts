import type { BitrateControl } from '../bitrate/bitrate-control.ts';
import type { Handlers } from './handlers.ts';

export function bitrateHandlers(bitrate: BitrateControl): Pick<Handlers, 'bitrate'> {
  return { bitrate: ({ peer, data }) => bitrate.wish(peer, data.kbps) };
}
