import { Command, InvalidArgumentError } from 'commander';
import { freePort, isFree } from './ports.ts';

export const DEFAULT_PORTS = { web: 8080, mqtt: 1883, nodeRed: 1880, homebridge: 51826 } as const;
export type PortName = keyof typeof DEFAULT_PORTS;
export type Ports = Readonly<Record<PortName | 'accessory', number>>;

export interface DemoOptions {
  /** Only those that were asked for; 0 asks for any free one. */
  readonly ports: Readonly<Partial<Record<PortName, number>>>;
  readonly storage: string | undefined;
  readonly json: boolean;
}

export class PortError extends Error {
  override readonly name = 'PortError';
}

const FLAGS: Readonly<Record<PortName, string>> = {
  web: '--web-port',
  mqtt: '--mqtt-port',
  nodeRed: '--node-red-port',
  homebridge: '--homebridge-port',
};

export function readOptions(words: readonly string[]): DemoOptions {
  const flags = command().parse(words, { from: 'user' }).opts<Record<string, unknown>>();
  const ports = {
    web: flags['webPort'],
    mqtt: flags['mqttPort'],
    nodeRed: flags['nodeRedPort'],
    homebridge: flags['homebridgePort'],
  };
  return {
    ports: Object.fromEntries(Object.entries(ports).filter(([, port]) => port !== undefined)),
    storage: typeof flags['storage'] === 'string' ? flags['storage'] : undefined,
    json: flags['json'] === true,
  };
}

/**
 * A port for each part: the one asked for, else the usual one, else a free one.
 * @param say gets a line for each usual port that is taken.
 * @throws PortError when a port that was asked for is taken.
 */
export async function choosePorts(
  asked: DemoOptions['ports'],
  say: (line: string) => void,
  usual: Readonly<Record<PortName, number>> = DEFAULT_PORTS,
): Promise<Ports> {
  const ports: Record<string, number> = {};
  for (const name of ['web', 'mqtt', 'nodeRed', 'homebridge'] as const) {
    ports[name] = await choosePort(name, asked[name], usual[name], say);
  }
  return { web: 0, mqtt: 0, nodeRed: 0, homebridge: 0, ...ports, accessory: await freePort() };
}

async function choosePort(
  name: PortName,
  asked: number | undefined,
  usual: number,
  say: (line: string) => void,
): Promise<number> {
  if (asked === 0) return freePort();
  const wanted = asked ?? usual;
  if (await isFree(wanted)) return wanted;
  if (asked !== undefined)
    throw new PortError(
      `Port ${asked} is taken by another program; give ${FLAGS[name]} another one, or 0 for any.`,
    );
  const port = await freePort();
  say(`Port ${wanted} is taken by another program: using ${port} (choose one with ${FLAGS[name]}).`);
  return port;
}

function command(): Command {
  return new Command('npm run demo --')
    .description(
      'Starts a camera with a test picture, its web page, Homebridge and Node-RED on this machine.',
    )
    .option(`${FLAGS.web} <port>`, `web page (default: ${DEFAULT_PORTS.web})`, portNumber)
    .option(`${FLAGS.mqtt} <port>`, `MQTT broker (default: ${DEFAULT_PORTS.mqtt})`, portNumber)
    .option(`${FLAGS.nodeRed} <port>`, `Node-RED (default: ${DEFAULT_PORTS.nodeRed})`, portNumber)
    .option(`${FLAGS.homebridge} <port>`, `Homebridge (default: ${DEFAULT_PORTS.homebridge})`, portNumber)
    .option(
      '--storage <folder>',
      'keep what the parts store there, pairings too (default: a throw-away folder)',
    )
    .option('--json', 'print one line of JSON once everything is live, and nothing else, on stdout');
}

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('a port is a number from 0 (any free one) to 65535.');
}
