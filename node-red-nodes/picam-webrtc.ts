import type { NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import type { CameraLink } from './camera-link.ts';
import { useCamera } from './camera-user.ts';
import { endSessionsWith } from './webrtc-goodbye.ts';
import { readWebRtcMessage, type WebRtcMessage } from './webrtc-message.ts';
import { WebRtcSessions } from './webrtc-sessions.ts';

interface PicamWebRtcDef extends NodeDef {
  readonly camera: string;
}

/** Carries SDP offers to a camera and brings its answers back; the media flow past Node-RED. */
export default function registerPicamWebRtc(RED: NodeAPI): void {
  RED.nodes.registerType('picam-webrtc', function (def: PicamWebRtcDef) {
    RED.nodes.createNode(this, def);
    const sessions = new WebRtcSessions((message) => this.send([null, { ...message }]));
    const link = useCamera(RED, this, def.camera, async (camera, msg) => [
      await exchange(camera, sessions, readWebRtcMessage(msg), msg),
      null,
    ]);
    if (link) endSessionsWith(this, link, sessions);
  });
}

async function exchange(
  link: CameraLink,
  sessions: WebRtcSessions,
  wanted: WebRtcMessage,
  msg: NodeMessageInFlow,
): Promise<NodeMessageInFlow> {
  switch (wanted.kind) {
    case 'offer': {
      const { session, type, sdp } = await link.request('offer', wanted.data);
      sessions.add(session);
      msg['session'] = session;
      msg.payload = wanted.answerAs === 'text' ? sdp : { type, sdp };
      return msg;
    }
    case 'candidates':
      await link.request('cand', wanted.data, { session: wanted.session });
      return msg;
    case 'close':
      await link.request('close', {}, { session: wanted.session });
      sessions.end(wanted.session, 'requested');
      return msg;
  }
}
