import { channelTextSchema } from '../../contract/channel-text.ts';
import { parseValue } from '../../contract/envelopes.ts';
import { CameraError } from '../../contract/errors.ts';
import type { ViewerSessions } from '../viewer-session/viewer-sessions.ts';
import type { Handlers } from './handlers.ts';

/** From the broker to the viewers' data channels, where the configuration allows it. */
export class ViewerMessages {
  readonly #sessions: Pick<ViewerSessions, 'sendMessage'>;
  readonly #isAllowed: boolean;

  constructor(sessions: Pick<ViewerSessions, 'sendMessage'>, isAllowed: boolean) {
    this.#sessions = sessions;
    this.#isAllowed = isAllowed;
  }

  /**
   * @param viewer default: all of them.
   * @returns to how many it was sent.
   * @throws CameraError `forbidden`, `bad_request`, or `not_found` when the viewer has no channel.
   */
  send(text: string, viewer?: string): number {
    if (!this.#isAllowed) {
      throw new CameraError(
        'forbidden',
        'This camera exchanges no messages with its viewers; "dataChannel: { enabled: true }" in its configuration allows them.',
      );
    }
    const viewers = this.#sessions.sendMessage(parseValue(channelTextSchema, text, 'The message'), viewer);
    if (viewers > 0 || viewer === undefined) return viewers;
    throw new CameraError('not_found', 'That viewer has no data channel, or watches no more.');
  }
}

export function messageHandlers(messages: ViewerMessages): Pick<Handlers, 'message'> {
  return { message: ({ data: { text, viewer } }) => ({ viewers: messages.send(text, viewer) }) };
}
