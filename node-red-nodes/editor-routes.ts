import type { Response } from 'express';
import type { Node, NodeAPI } from 'node-red';
import { CameraError } from '../contract/errors.ts';
import { DEFAULT_PREFIX, prefixSchema } from '../contract/topics.ts';
import { parseValue } from '../contract/envelopes.ts';
import { asFlowError } from './flow-error.ts';
import { findCameras } from './find-cameras.ts';
import type { MqttBrokerNode } from './mqtt-broker-bus.ts';
import type { PicamCameraNode } from './picam-camera.ts';

/** Nobody who may only look at flows gets to see through a camera. */
const PERMISSION = 'picam.write';
const PREVIEW = { width: 480, quality: 70 };

/** What the edit dialogs ask: which cameras there are, and what one of them sees now. */
export function serveEditor(RED: NodeAPI): void {
  const mayUse = RED.auth.needsPermission(PERMISSION);
  RED.httpAdmin.get('/picam/cameras/:broker', mayUse, (request, response) => {
    const broker = String(request.params['broker']);
    const prefix = request.query['prefix'] || DEFAULT_PREFIX;
    answer(response, async () => {
      const found = await findCameras(
        brokerNode(RED, broker),
        parseValue(prefixSchema, prefix, 'The prefix'),
      );
      response.json(found);
    });
  });
  RED.httpAdmin.get('/picam/snapshot/:camera', mayUse, (request, response) => {
    const camera = String(request.params['camera']);
    answer(response, async () => {
      const picture = await takePicture(RED.nodes.getNode(camera));
      response.set('Cache-Control', 'no-store').type('image/jpeg').send(picture);
    });
  });
}

function answer(response: Response, work: () => Promise<void>): void {
  work().catch((thrown: unknown) => {
    const { code, message, statusCode } = asFlowError(thrown);
    response.status(statusCode).json({ code, message });
  });
}

function brokerNode(RED: NodeAPI, id: string): MqttBrokerNode {
  const node = RED.nodes.getNode(id) as (Node & MqttBrokerNode) | null;
  if (node?.type === 'mqtt-broker') return node;
  throw new CameraError('not_found', 'Deploy the flow once: Node-RED does not use this broker yet.');
}

async function takePicture(node: Node | null): Promise<Buffer> {
  if (!isCamera(node)) {
    throw new CameraError('not_found', 'Deploy the flow once: Node-RED does not use this camera yet.');
  }
  const { link, problem } = node;
  if (!link) throw new CameraError('bad_request', problem ?? 'This camera is not configured.');
  return link.takeSnapshot(PREVIEW);
}

function isCamera(node: Node | null): node is PicamCameraNode {
  return node?.type === 'picam-camera';
}
