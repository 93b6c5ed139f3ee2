import type { IceServer } from '../../contract/operations.ts';
import type { ViewerSessions } from '../viewer-session/viewer-sessions.ts';
import type { Handlers } from './handlers.ts';

/** A fixed list does not run out; a day lets viewers notice a changed configuration. */
const ICE_SERVERS_EXPIRE_S = 86_400;

/** From the offer to the end of a view. */
export function viewHandlers(
  sessions: ViewerSessions,
  iceServers: readonly IceServer[],
): Pick<Handlers, 'ice' | 'offer' | 'cand' | 'close'> {
  return {
    ice: () => ({ iceServers: [...iceServers], expiresIn: ICE_SERVERS_EXPIRE_S }),
    offer: async ({ peer, data }) => {
      const { session, sdp } = await sessions.accept(peer, data.sdp, data.trickle);
      return { session, type: 'answer', sdp };
    },
    cand: ({ peer, session, data }) => {
      sessions.get(peer, session).addCandidates(data.candidates);
      return {};
    },
    close: ({ peer, session }) => {
      sessions.get(peer, session).end('left');
      return {};
    },
  };
}
