import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import mqttNodes from '@node-red/nodes/core/network/10-mqtt.js';
import type { NodeAPI, NodeMessage } from 'node-red';
import helper from 'node-red-node-test-helper';
import registerPicamCamera from '../../node-red-nodes/picam-camera.ts';
import registerPicamControl from '../../node-red-nodes/picam-control.ts';
import registerPicamEvent from '../../node-red-nodes/picam-event.ts';
import registerPicamSnapshot from '../../node-red-nodes/picam-snapshot.ts';
import registerPicamViewer from '../../node-red-nodes/picam-viewer.ts';
import registerPicamWebRtc from '../../node-red-nodes/picam-webrtc.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Ids in every test flow; `node` is the node under test. */
export const IDS = { broker: 'broker', camera: 'camera', node: 'node', tab: 'tab' } as const;

interface StatusEvent {
  readonly id: string;
  readonly status?: { readonly text?: string };
}

export interface TestFlowOptions {
  readonly brokerPort: number;
  readonly camera?: object;
  /** The node under test, without id and wires. */
  readonly node: { readonly type: string } & Readonly<Record<string, unknown>>;
}

/** One Picam node in a Node-RED runtime, with its broker and camera, and something at its outputs and catching its errors. */
export class TestFlow {
  readonly first: NodeMessage[] = [];
  readonly second: NodeMessage[] = [];
  readonly caught: NodeMessage[] = [];
  readonly statuses: string[] = [];
  readonly #servers: Server[] = [];
  #RED: NodeAPI | undefined;
  readonly #handleStatus = ({ id, status }: StatusEvent) => {
    if (id === IDS.node && status?.text !== undefined) this.statuses.push(status.text);
  };

  static async start(options: TestFlowOptions): Promise<TestFlow> {
    const flow = new TestFlow();
    await helper.startServer();
    await helper.load(
      [
        (RED) => flow.#watch(RED),
        mqttNodes,
        registerPicamCamera,
        registerPicamControl,
        registerPicamSnapshot,
        registerPicamWebRtc,
        registerPicamEvent,
        registerPicamViewer,
      ],
      flowNodes(options),
    );
    flow.#collect();
    await flow.#serve();
    return flow;
  }

  /** Of what the nodes serve to everybody, and to the editor. */
  get urls(): { readonly pages: string; readonly editor: string } {
    const [pages = '', editor = ''] = this.#servers.map((server) => {
      const { port } = server.address() as AddressInfo;
      return `http://127.0.0.1:${port}`;
    });
    return { pages, editor };
  }

  get status(): string | undefined {
    return this.statuses.at(-1);
  }

  async reaches(status: string, timeoutMs = 10_000): Promise<void> {
    await waitUntil(`status "${status}"`, () => this.status === status, timeoutMs);
  }

  send(msg: object): void {
    helper.getNode(IDS.node)?.receive({ ...msg });
  }

  /** Sends `msg` and gives what comes out of the first output, or fails with what a catch node gets. */
  async exchange(msg: object): Promise<NodeMessage> {
    const before = { first: this.first.length, caught: this.caught.length };
    this.send(msg);
    return waitUntil('an output or an error', () => this.first[before.first] ?? this.caught[before.caught]);
  }

  /** As a node behind the first output that throws when a message reaches it. */
  throwAtOutput(error: Error): void {
    const send = () => {
      throw error;
    };
    Object.assign(helper.getNode(IDS.node) ?? {}, { send });
  }

  /** Deploys anew as the editor does: everything, or only the nodes that have changed. */
  async redeploy(options: TestFlowOptions, type: 'full' | 'nodes' = 'full'): Promise<void> {
    this.statuses.length = 0;
    await helper.setFlows(flowNodes(options), type);
    if (type === 'full') this.#collect();
  }

  /** What the broker node keeps of its users: the ids of users, and the number of subscriptions to each topic. */
  brokerUse(): { users: string[]; subscriptions: Record<string, number> } {
    const broker = helper.getNode(IDS.broker) as unknown as {
      users: object;
      subscriptions: Record<string, object>;
    };
    const counts = Object.entries(broker.subscriptions).map(([topic, refs]) => [
      topic,
      Object.keys(refs).length,
    ]);
    return {
      users: Object.keys(broker.users),
      subscriptions: Object.fromEntries(counts) as Record<string, number>,
    };
  }

  async stop(): Promise<void> {
    this.#RED?.events.off('node-status', this.#handleStatus);
    for (const server of this.#servers) server.close().closeAllConnections();
    await helper.unload();
    await helper.stopServer();
  }

  #watch(RED: NodeAPI): void {
    this.#RED = RED;
    RED.events.on('node-status', this.#handleStatus);
  }

  async #serve(): Promise<void> {
    for (const app of [this.#RED?.httpNode, this.#RED?.httpAdmin]) {
      const server = createServer(app).listen(0, '127.0.0.1');
      this.#servers.push(server);
      await once(server, 'listening');
    }
  }

  #collect(): void {
    const outputs = { first: this.first, second: this.second, caught: this.caught };
    for (const [id, messages] of Object.entries(outputs))
      helper.getNode(id)?.on('input', (msg) => messages.push(msg));
  }
}

function flowNodes({ brokerPort, camera, node }: TestFlowOptions): object[] {
  const { tab } = IDS;
  return [
    { id: tab, type: 'tab' },
    {
      id: IDS.broker,
      type: 'mqtt-broker',
      broker: '127.0.0.1',
      port: String(brokerPort),
      clientid: '',
      autoConnect: true,
      protocolVersion: '4',
      keepalive: '60',
      cleansession: true,
    },
    { id: IDS.camera, type: 'picam-camera', broker: IDS.broker, device: 'door', timeoutMs: 1_000, ...camera },
    { id: IDS.node, z: tab, x: 0, y: 0, camera: IDS.camera, ...node, wires: [['first'], ['second']] },
    { id: 'first', z: tab, x: 0, y: 0, type: 'helper', wires: [] },
    { id: 'second', z: tab, x: 0, y: 0, type: 'helper', wires: [] },
    { id: 'catch', z: tab, x: 0, y: 0, type: 'catch', scope: null, wires: [['caught']] },
    { id: 'caught', z: tab, x: 0, y: 0, type: 'helper', wires: [] },
  ];
}
