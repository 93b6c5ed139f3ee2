import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ChildProgram } from '../child-program.ts';
import type { Ports } from '../options.ts';
import { linkPackage, PROJECT_ROOT, type DemoStorage } from '../storage.ts';
import { statusOf, untilFound } from './part.ts';

const EXAMPLES = ['Browser view', 'Start and stop'];
const HTTP_OK = 200;
const HTTP_UNAVAILABLE = 503;

const flowSchema = z.array(z.looseObject({ id: z.string(), type: z.string() }));
type Flow = z.infer<typeof flowSchema>;

export interface LiveNodeRed {
  readonly editor: string;
  /** The example's page that plays the camera. */
  readonly page: string;
  /** Where the example takes SDP offers by POST. */
  readonly offer: string;
}

/** A real Node-RED with this package's nodes and a tab for each of the examples, on loopback. */
export function nodeRedProgram(storage: DemoStorage, ports: Ports): ChildProgram {
  const folder = storage.folderOf('node-red');
  linkPackage(folder);
  writeFileSync(join(folder, 'flows.json'), JSON.stringify(filledExamples(storage, ports), undefined, 2));
  writeFileSync(join(folder, 'settings.cjs'), settings(ports));
  const flags = ['--userDir', folder, '--settings', join(folder, 'settings.cjs')];
  return new ChildProgram({
    name: 'Node-RED',
    command: process.execPath,
    args: [join(PROJECT_ROOT, 'node_modules', 'node-red', 'red.js'), ...flags],
    logFile: storage.logOf('node-red'),
  });
}

/** Waits until the example's page is there and its offer route reaches the camera. */
export async function nodeRedIsLive(
  program: ChildProgram,
  ports: Ports,
  timeoutMs: number,
): Promise<LiveNodeRed> {
  const editor = `http://127.0.0.1:${ports.nodeRed}`;
  const flow = readExamples();
  const page = `${editor}${routeOf(flow, 'get')}`;
  const offer = `${editor}${routeOf(flow, 'post')}`;
  await untilFound(program, `page on ${page}`, timeoutMs, async () =>
    (await statusOf(page)) === HTTP_OK ? true : undefined,
  );
  await untilFound(program, `connection to the camera`, timeoutMs, () => refusesNonsense(offer));
  return { editor, page, offer };
}

/** Once the flow reaches the camera, it is the camera that refuses what is no offer. */
async function refusesNonsense(offer: string): Promise<true | undefined> {
  const headers = { 'Content-Type': 'application/sdp' };
  const status = await statusOf(offer, { method: 'POST', headers, body: 'not an offer' });
  return status !== undefined && status !== HTTP_UNAVAILABLE ? true : undefined;
}

/** The examples share one broker and one camera, which carry the same ids in each. */
function readExamples(): Flow {
  const nodes = EXAMPLES.flatMap(readExample);
  return [...new Map(nodes.map((node) => [node.id, node])).values()];
}

function readExample(name: string): Flow {
  const file = join(PROJECT_ROOT, 'examples', `${name}.json`);
  return flowSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** The comments ask for a broker and a device, which are filled in here. */
function filledExamples({ identity }: DemoStorage, ports: Ports): Flow {
  const nodes = readExamples().filter(({ type }) => type !== 'comment');
  return nodes.map((node) => {
    if (node.type === 'mqtt-broker') return { ...node, broker: '127.0.0.1', port: String(ports.mqtt) };
    return node.type === 'picam-camera' ? { ...node, device: identity.device } : node;
  });
}

function routeOf(flow: Flow, method: string): string {
  const node = flow.find((candidate) => candidate.type === 'http in' && candidate['method'] === method);
  if (typeof node?.['url'] !== 'string') throw new Error(`The examples have no http-in for ${method}.`);
  return node['url'];
}

function settings(ports: Ports): string {
  const values = {
    uiHost: '127.0.0.1',
    uiPort: ports.nodeRed,
    flowFile: 'flows.json',
    credentialSecret: false,
    telemetry: { enabled: false, updateNotification: false },
    editorTheme: { tours: false },
    mqttReconnectTime: 2_000,
    logging: { console: { level: 'info', metrics: false, audit: false } },
  };
  return `module.exports = ${JSON.stringify(values, undefined, 2)};\n`;
}
