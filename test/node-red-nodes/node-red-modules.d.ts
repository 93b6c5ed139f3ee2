declare module 'node-red-node-test-helper' {
  import type { Node, NodeInitializer } from 'node-red';

  interface TestHelper {
    load(nodes: readonly NodeInitializer[], flow: readonly object[]): Promise<void>;
    unload(): Promise<void>;
    setFlows(flow: readonly object[], type: 'full' | 'flows' | 'nodes'): Promise<void>;
    getNode(id: string): Node | null;
    startServer(): Promise<void>;
    stopServer(): Promise<void>;
  }
  const helper: TestHelper;
  export default helper;
}

declare module '@node-red/nodes/core/network/10-mqtt.js' {
  import type { NodeInitializer } from 'node-red';

  const mqttNodes: NodeInitializer;
  export default mqttNodes;
}
