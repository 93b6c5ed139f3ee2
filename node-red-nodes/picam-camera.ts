import { randomBytes } from 'node:crypto';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { z } from 'zod';
import { describeProblems } from '../contract/envelopes.ts';
import { DEFAULT_PREFIX, deviceIdSchema, prefixSchema } from '../contract/topics.ts';
import { CameraLink } from './camera-link.ts';
import { serveEditor } from './editor-routes.ts';
import { MqttBrokerBus, type MqttBrokerNode } from './mqtt-broker-bus.ts';

const DEFAULT_TIMEOUT_MS = 8_000;

const settingsSchema = z.object({
  prefix: z.preprocess((text) => (text === '' ? undefined : text), prefixSchema.default(DEFAULT_PREFIX)),
  device: deviceIdSchema,
  timeoutMs: z.preprocess(
    (value) => (value === '' ? undefined : value),
    z.coerce.number().int().min(500).max(120_000).default(DEFAULT_TIMEOUT_MS),
  ),
});

interface PicamCameraDef extends NodeDef {
  readonly broker: string;
  readonly prefix?: string;
  readonly device?: string;
  readonly timeoutMs?: number | string;
}

/** Has a link when it is configured, else the problem in words. */
export interface PicamCameraNode extends Node {
  link?: CameraLink;
  problem?: string;
}

/** Config node: one camera on one broker, shared by the nodes that use it. */
export default function registerPicamCamera(RED: NodeAPI): void {
  serveEditor(RED);
  RED.nodes.registerType('picam-camera', function (this: PicamCameraNode, def: PicamCameraDef) {
    RED.nodes.createNode(this, def);
    const broker = RED.nodes.getNode(def.broker) as unknown as MqttBrokerNode | null;
    const settings = settingsSchema.safeParse(def);
    if (!broker || !settings.success) {
      this.problem = settings.success
        ? `Camera "${settings.data.device}" has no MQTT broker; choose one in its configuration.`
        : `The camera's configuration is not usable: ${describeProblems(settings.error)}`;
      this.error(this.problem);
      return;
    }
    openLink(this, broker, settings.data);
  });
}

function openLink(
  node: PicamCameraNode,
  broker: MqttBrokerNode,
  settings: z.output<typeof settingsSchema>,
): void {
  const bus = new MqttBrokerBus(broker, `picam-${node.id}`);
  const peer = `node-red-${randomBytes(9).toString('base64url')}`;
  const link = new CameraLink({ bus, peer, ...settings });
  node.link = link;
  bus.open();
  link.open();
  node.on('close', (removed: boolean, done: () => void) => {
    link.close();
    bus.close(removed, done);
  });
}
