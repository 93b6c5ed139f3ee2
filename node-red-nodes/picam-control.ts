import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import { act, isAction, readAction, type Action } from './camera-actions.ts';
import { useCamera } from './camera-user.ts';

interface PicamControlDef extends NodeDef {
  readonly camera: string;
  /** `msg`: the message's property named by `action` says which. */
  readonly actionType: Action | 'msg';
  readonly action: string;
  /** Kbit/s or seconds; empty: `msg.value`. Nodes made before actions had a value have neither. */
  readonly value?: string;
  readonly valueType?: string;
}

/** Has a camera do something: start, stop, record, keep private and more. */
export default function registerPicamControl(RED: NodeAPI): void {
  RED.nodes.registerType('picam-control', function (def: PicamControlDef) {
    RED.nodes.createNode(this, def);
    useCamera(RED, this, def.camera, async (link, msg) => {
      msg.payload = await act(link, wantedAction(RED, def, msg), wantedValue(RED, this, def, msg));
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
  { value = '', valueType = 'num' }: PicamControlDef,
  msg: NodeMessageInFlow,
): unknown {
  const given: unknown =
    value === '' ? msg['value'] : RED.util.evaluateNodeProperty(value, valueType, node, msg);
  if (given === '' || given === null || given === undefined) return undefined;
  return typeof given === 'string' ? Number(given) : given;
}
