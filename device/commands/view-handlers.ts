import { CameraError } from '../../contract/errors.ts';
import { MAX_MESSAGE_LENGTH } from '../../contract/limits.ts';
import type { IceServerSource } from '../../foundation/ice/ice-server-source.ts';
import type { LiveStream } from '../live-stream/live-stream.ts';
import type { SessionPush } from '../viewer-session/viewer-session-context.ts';
import type { ViewerSessions } from '../viewer-session/viewer-sessions.ts';
import type { Handlers } from './handlers.ts';

/** Less than clients wait for an answer. */
const RECOVERY_TIMEOUT_MS = 5_000;

/** A view that ended because the camera failed is told how. */
export function withFailure(push: SessionPush, failure: CameraError | null): SessionPush {
  if (push.op !== 'close' || push.data.reason !== 'failed' || !failure) return push;
  return { op: 'close', data: { ...push.data, message: failure.message.slice(0, MAX_MESSAGE_LENGTH) } };
}

/** From the offer to the end of a view. A camera that failed must show that it works again before it gets viewers. */
export function viewHandlers(
  sessions: ViewerSessions,
  iceServers: IceServerSource,
  liveStream: Pick<LiveStream, 'error' | 'nextKeyframe'>,
): Pick<Handlers, 'ice' | 'offer' | 'cand' | 'ice-restart' | 'close'> {
  return {
    ice: async () => {
      const { iceServers: known, expiresInS } = await iceServers.current();
      return { iceServers: [...known], expiresIn: expiresInS };
    },
    offer: async ({ peer, data }) => {
      if (liveStream.error) await liveStream.nextKeyframe(RECOVERY_TIMEOUT_MS);
      try {
        const { session, sdp } = await sessions.accept(peer, data.sdp, data.trickle);
        return { session, type: 'answer', sdp };
      } catch (error) {
        const isEndedMeanwhile = error instanceof CameraError && error.code === 'not_live';
        if (isEndedMeanwhile && liveStream.error) throw liveStream.error;
        throw error;
      }
    },
    cand: ({ peer, session, data }) => {
      sessions.get(peer, session).addCandidates(data.candidates);
      return {};
    },
    'ice-restart': ({ peer, session, data }) => sessions.get(peer, session).restartIce(data),
    close: ({ peer, session }) => {
      sessions.get(peer, session).end('left');
      return {};
    },
  };
}
