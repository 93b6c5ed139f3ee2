import type { Node, NodeAPI, NodeMessageInFlow, NodeStatus } from 'node-red';
import { CameraError } from '../contract/errors.ts';
import type { Availability } from './camera-availability.ts';
import type { CameraLink } from './camera-link.ts';
import { asFlowError } from './flow-error.ts';
import type { PicamCameraNode } from './picam-camera.ts';

/** The texts are keys of the locale files too: the editor translates them, a status node always gets these words. */
const STATUS: Readonly<Record<Availability, NodeStatus>> = {
  'no broker': { fill: 'red', shape: 'ring', text: 'no broker' },
  waiting: { fill: 'yellow', shape: 'ring', text: 'waiting' },
  offline: { fill: 'red', shape: 'ring', text: 'offline' },
  online: { fill: 'green', shape: 'dot', text: 'online' },
  live: { fill: 'blue', shape: 'dot', text: 'live' },
};
const NOT_CONFIGURED: NodeStatus = { fill: 'red', shape: 'ring', text: 'not configured' };

/** Handles one message and says what goes on; throws what a catch node should get. */
type HandleMessage = (
  link: CameraLink,
  msg: NodeMessageInFlow,
) => Promise<NodeMessageInFlow | (NodeMessageInFlow | null)[]>;

/**
 * What every node on a tab has in common: its status follows the camera, each message is handled by `handle`, and a
 * failure goes to the catch nodes with `msg.error.code` and with the `msg.statusCode` for an http response.
 */
export function useCamera(
  RED: NodeAPI,
  node: Node,
  cameraId: string,
  handle: HandleMessage,
): CameraLink | undefined {
  const camera = findCamera(RED, cameraId);
  const link = followCamera(RED, node, cameraId);
  node.on('input', (msg, send, done) => {
    handleOrRefuse(camera, handle, msg)
      .then(
        (result) => {
          // What follows in the flow may run, and throw, in here.
          send(result);
          done();
        },
        (thrown: unknown) => {
          const error = asFlowError(thrown);
          msg['statusCode'] = error.statusCode;
          done(error);
        },
      )
      .catch((thrown: unknown) => done(thrown instanceof Error ? thrown : new Error(String(thrown))));
  });
  return link;
}

/** Lets the node's status follow its camera; undefined when there is none to follow. */
export function followCamera(RED: NodeAPI, node: Node, cameraId: string): CameraLink | undefined {
  const link = findCamera(RED, cameraId)?.link;
  if (!link) {
    node.status(NOT_CONFIGURED);
    return undefined;
  }
  const unsubscribe = link.availability.onChange((availability) => node.status(STATUS[availability]));
  node.on('close', unsubscribe);
  return link;
}

function findCamera(RED: NodeAPI, cameraId: string): PicamCameraNode | null {
  return RED.nodes.getNode(cameraId);
}

async function handleOrRefuse(
  camera: PicamCameraNode | null,
  handle: HandleMessage,
  msg: NodeMessageInFlow,
): ReturnType<HandleMessage> {
  if (camera?.link) return handle(camera.link, msg);
  throw new CameraError(
    'bad_request',
    camera?.problem ?? 'No camera is chosen in this node; open it and choose one.',
  );
}
