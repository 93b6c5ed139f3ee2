import type { NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import { parseValue } from '../contract/envelopes.ts';
import { OPERATIONS } from '../contract/operations.ts';
import { useCamera } from './camera-user.ts';

interface PicamSnapshotDef extends NodeDef {
  readonly camera: string;
  /** Empty: what the message asks for. */
  readonly width?: string | number;
  readonly quality?: string | number;
}

/** Gives a picture as JPEG. */
export default function registerPicamSnapshot(RED: NodeAPI): void {
  RED.nodes.registerType('picam-snapshot', function (def: PicamSnapshotDef) {
    RED.nodes.createNode(this, def);
    useCamera(RED, this, def.camera, async (link, msg) => {
      msg.payload = await link.takeSnapshot(wantedPicture(def, msg));
      msg['contentType'] = 'image/jpeg';
      return msg;
    });
  });
}

function wantedPicture(def: PicamSnapshotDef, msg: NodeMessageInFlow) {
  const wanted = {
    width: asNumber(def.width) ?? asNumber(msg['width']),
    quality: asNumber(def.quality) ?? asNumber(msg['quality']),
  };
  return parseValue(OPERATIONS.snapshot.request, wanted, 'The wanted picture');
}

/** A form's empty field is no number; what is not a number at all is left for the check to name. */
function asNumber(value: unknown): unknown {
  if (value === '' || value === null || value === undefined) return undefined;
  return typeof value === 'string' ? Number(value) : value;
}
