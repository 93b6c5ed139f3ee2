import type { Node } from 'node-red';
import type { CameraLink } from './camera-link.ts';
import type { WebRtcSessions } from './webrtc-sessions.ts';

/** Node-RED waits for a node to close; a camera that does not answer must not hold up a deploy. */
const GOODBYE_TIMEOUT_MS = 1_000;

/** Lets the sessions of a node hear what the camera says of them, and end with the node. */
export function endSessionsWith(node: Node, link: CameraLink, sessions: WebRtcSessions): void {
  // A push may come in one piece with the answer that makes its session known.
  const unsubscribe = link.onPush((push) => void setImmediate(() => sessions.handlePush(push)));
  node.on('close', (done: () => void) => {
    unsubscribe();
    const goodbyes = sessions.ids.map((session) =>
      link.request('close', {}, { session, timeoutMs: GOODBYE_TIMEOUT_MS }),
    );
    void Promise.allSettled(goodbyes).then(() => done());
  });
}
