import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import { act, isAction, readAction, type Action } from './camera-actions.ts';
import { useCamera } from './camera-user.ts';

interface PicamControlDef extends NodeDef {
  readonly camera: string;
  /** `msg`: the message's property named by `action` says which. */
  readonly actionType: Action | 'msg';
  readonly action: string;
  /**
   * Kbit/s, seconds or a message; empty: `msg.payload` for a message where the node names the action, else `msg.value`.
   * Nodes made before actions had a value have neither.
   */
  readonly value?: string;
  readonly valueType?: string;
}

/** Has a camera do something: start, stop, record, keep private and more. */
export default function registerPicamControl(RED: NodeAPI): void {
  RED.nodes.registerType('picam-control', function (def: PicamControlDef) {
    RED.nodes.createNode(this, def);
    useCamera(RED, this, def.camera, async (link, msg) => {
      const action = wantedAction(RED, def, msg);
      const value = wantedValue(RED, this, def, msg);
      msg.payload = await act(link, action, { value, viewer: msg['viewer'] });
      return msg;
    });
  });
}

function wantedAction(RED: NodeAPI, { actionType, action }: PicamControlDef, msg: NodeMessageInFlow): Action {
  if (isAction(actionType)) return actionType;
  const property = action || 'payload';
  return readAction(RED.util.getMessageProperty(msg, property), `msg.${property}`);
}

function wantedValue(
  RED: NodeAPI,
  node: Node,
  { actionType, value = '', valueType = 'num' }: PicamControlDef,
  msg: NodeMessageInFlow,
): unknown {
  if (value !== '') return RED.util.evaluateNodeProperty(value, valueType, node, msg);
  return actionType === 'message' ? msg.payload : msg['value'];
}
