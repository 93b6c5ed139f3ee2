import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FlowNode } from './node-red-runtime.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));

/** All examples as the import dialog would bring them, with a broker and a camera filled in. */
export class ExampleFlows {
  readonly nodes: readonly FlowNode[];

  constructor(brokerPort: number, device: string) {
    const nodes = readdirSync(EXAMPLES).flatMap(
      (name) => JSON.parse(readFileSync(join(EXAMPLES, name), 'utf8')) as FlowNode[],
    );
    this.nodes = [...new Map(nodes.map((node) => [node.id, node])).values()].map((node) => {
      if (node.type === 'mqtt-broker') return { ...node, port: String(brokerPort) };
      return node.type === 'picam-camera' ? { ...node, device } : node;
    });
  }

  /** The first node of a type, with a name or on the tab of an example. */
  idOf(type: string, name?: string): string {
    const isTab = (node: FlowNode) => node.type === 'tab' && node['label'] === `Picam: ${name ?? ''}`;
    const tab = this.nodes.find(isTab)?.id;
    const fits = (node: FlowNode) => name === undefined || node['name'] === name || node['z'] === tab;
    const node = this.nodes.find((each) => each.type === type && fits(each));
    if (!node) throw new Error(`The examples have no ${type} ${name ?? ''}.`);
    return node.id;
  }
}
