import { DEFAULT_PREFIX, deviceTopics } from '../contract/topics.ts';
import { stateSchema, type DeviceState } from '../contract/device-messages.ts';
import { parseJson } from '../contract/envelopes.ts';
import type { Lifetime } from '../foundation/lifetime.ts';
import { silentLogger } from '../foundation/logger.ts';
import { MqttConnection } from '../foundation/mqtt-connection.ts';
import type { ChildProgram, ProgramError } from './child-program.ts';
import type { Ports } from './options.ts';
import { homebridgeIsLive, homebridgeProgram, isPaired, type LiveHomebridge } from './parts/homebridge.ts';
import { nodeRedIsLive, nodeRedProgram, type LiveNodeRed } from './parts/node-red.ts';
import { statusOf } from './parts/part.ts';
import { picamIsLive, picamProgram } from './parts/picam.ts';
import type { DemoStorage } from './storage.ts';

const START_TIMEOUT_MS = 60_000;
const HTTP_OK = 200;

export interface LiveDemo {
  readonly device: string;
  readonly web: string;
  readonly mqtt: string;
  readonly nodeRed: LiveNodeRed;
  readonly homebridge: LiveHomebridge;
}

/** How each part is at one moment, in words. */
export type PartStates = Readonly<Record<'camera' | 'web' | 'mqtt' | 'nodeRed' | 'homebridge', string>>;

export interface DemoContext {
  readonly storage: DemoStorage;
  readonly ports: Ports;
  readonly lifetime: Lifetime;
  /** Progress, for people. */
  readonly say: (line: string) => void;
  /** Called when a part ends that nobody asked to end. */
  readonly handleCrash: (error: ProgramError) => void;
}

/** The parts of the demo, started and watched over. */
export class Demo {
  readonly #context: DemoContext;
  readonly #bus: MqttConnection;
  readonly #programs: ChildProgram[] = [];
  #online = false;
  #state: DeviceState | undefined;

  constructor(context: DemoContext) {
    this.#context = context;
    this.#bus = new MqttConnection({
      broker: { url: this.#mqtt },
      clientId: 'picam-demo',
      logger: silentLogger,
    });
  }

  /** @throws ProgramError with the last words of the part that does not come up. */
  async open(): Promise<LiveDemo> {
    const { storage, ports, say } = this.#context;
    const { device } = storage.identity;
    const web = `http://127.0.0.1:${ports.web}`;
    say('Starting the camera, its broker and its web page …');
    const picam = this.#start(picamProgram(storage, ports));
    this.#watchCamera(device);
    await picamIsLive(picam, this.#bus, device, web, START_TIMEOUT_MS);
    say('The camera is live. Starting Homebridge and Node-RED …');
    const homebridge = this.#start(homebridgeProgram(storage, ports));
    const nodeRed = this.#start(nodeRedProgram(storage, ports));
    const [liveHomebridge, liveNodeRed] = await Promise.all([
      homebridgeIsLive(homebridge, storage, ports, START_TIMEOUT_MS).then(said(say, 'Homebridge is live.')),
      nodeRedIsLive(nodeRed, ports, START_TIMEOUT_MS).then(said(say, 'Node-RED is live.')),
    ]);
    return { device, web, mqtt: this.#mqtt, homebridge: liveHomebridge, nodeRed: liveNodeRed };
  }

  async lookAtParts(live: LiveDemo): Promise<PartStates> {
    const [web, nodeRed] = await Promise.all([statusOf(live.web), statusOf(live.nodeRed.page)]);
    const [camera] = live.homebridge.accessories;
    const paired = camera !== undefined && isPaired(this.#context.storage, camera.id);
    return {
      camera: this.#cameraInWords(),
      web: inWords(web),
      mqtt: this.#bus.connected ? 'live' : 'not connected',
      nodeRed: inWords(nodeRed),
      homebridge: paired ? 'live, paired' : 'live, waits to be added to Apple Home',
    };
  }

  /** Ends everything at once and without asking. */
  killAll(): void {
    for (const program of this.#programs) program.killAll();
  }

  get #mqtt(): string {
    return `mqtt://127.0.0.1:${this.#context.ports.mqtt}`;
  }

  #start(program: ChildProgram): ChildProgram {
    const { lifetime, handleCrash } = this.#context;
    this.#programs.push(program.start());
    lifetime.own(program.name, () => program.stop());
    void program.exited.then(() => {
      if (!lifetime.closed) handleCrash(program.failure('ended'));
    });
    return program;
  }

  #watchCamera(device: string): void {
    const topics = deviceTopics(DEFAULT_PREFIX, device);
    this.#bus.subscribe(topics.status, ({ payload }) => (this.#online = payload.toString() === 'online'));
    this.#bus.subscribe(topics.state, ({ payload }) => {
      // Empty when someone clears what the broker keeps.
      if (payload.length > 0) this.#state = parseJson(stateSchema, payload, 'the state of the camera');
    });
    this.#bus.open();
    this.#context.lifetime.own('the connection to the broker', () => this.#bus.close());
  }

  #cameraInWords(): string {
    if (!this.#online) return 'offline';
    if (!this.#state?.streaming) return 'online, off until somebody watches';
    const { viewers } = this.#state;
    return `online, streaming to ${viewers} ${viewers === 1 ? 'viewer' : 'viewers'}`;
  }
}

function inWords(status: number | undefined): string {
  if (status === HTTP_OK) return 'live';
  return status === undefined ? 'does not answer' : `answers with ${status}`;
}

function said<T>(say: (line: string) => void, line: string): (value: T) => T {
  return (value) => {
    say(line);
    return value;
  };
}
