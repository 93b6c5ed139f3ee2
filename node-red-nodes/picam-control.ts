import type { NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import { CameraError } from '../contract/errors.ts';
import { useCamera } from './camera-user.ts';

type Action = 'start' | 'stop';

interface PicamControlDef extends NodeDef {
  readonly camera: string;
  /** `msg`: the message's property named by `action` says which. */
  readonly actionType: Action | 'msg';
  readonly action: string;
}

const START: readonly unknown[] = ['start', 'on', 'true', '1', true, 1];
const STOP: readonly unknown[] = ['stop', 'off', 'false', '0', false, 0];

/** Starts and stops a camera. */
export default function registerPicamControl(RED: NodeAPI): void {
  RED.nodes.registerType('picam-control', function (def: PicamControlDef) {
    RED.nodes.createNode(this, def);
    useCamera(RED, this, def.camera, async (link, msg) => {
      msg.payload = await link.request(wantedAction(RED, def, msg), {});
      return msg;
    });
  });
}

function wantedAction(RED: NodeAPI, { actionType, action }: PicamControlDef, msg: NodeMessageInFlow): Action {
  if (actionType === 'start' || actionType === 'stop') return actionType;
  const property = action || 'payload';
  const value: unknown = RED.util.getMessageProperty(msg, property);
  const word = typeof value === 'string' ? value.trim().toLowerCase() : value;
  if (START.includes(word)) return 'start';
  if (STOP.includes(word)) return 'stop';
  throw new CameraError('bad_request', `msg.${property} must be "start" or "stop" (or on/off, true/false).`);
}
