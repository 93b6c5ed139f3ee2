import qrcode from 'qrcode';
import type { LiveDemo, PartStates } from './demo.ts';

const CLEAR = '\u001b[2J\u001b[H';
const NAME_WIDTH = 12;
const LOOK_INTERVAL_MS = 2_000;

export interface ScreenOptions {
  readonly write: (text: string) => void;
  /** True for a terminal, which is drawn anew; otherwise only what changes is added. */
  readonly redraws: boolean;
  readonly logs: string;
}

/** What a person sees: addresses, how to add the camera to Apple Home, and how each part is. */
export class Screen {
  readonly #options: ScreenOptions;
  readonly #live: LiveDemo;
  #shown: PartStates | undefined;
  #timer: NodeJS.Timeout | undefined;
  #showing = Promise.resolve();

  constructor(live: LiveDemo, options: ScreenOptions) {
    this.#live = live;
    this.#options = options;
  }

  /** Shows what `look` finds now and from then on. */
  async keepShowing(look: () => Promise<PartStates>): Promise<void> {
    const showNow = async () => this.#show(await look());
    await showNow();
    this.#timer = setInterval(() => {
      this.#showing = this.#showing.then(showNow);
    }, LOOK_INTERVAL_MS);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#showing;
  }

  async #show(states: PartStates): Promise<void> {
    const before = this.#shown;
    if (before && JSON.stringify(before) === JSON.stringify(states)) return;
    this.#shown = states;
    const { write, redraws, logs } = this.#options;
    if (redraws) write(`${CLEAR}${await fullScreen(this.#live, states, logs)}`);
    else write(before ? changes(before, states) : await fullScreen(this.#live, states, logs));
  }
}

/** As the JSON line of `--json`. */
export function jsonLine({ device, web, mqtt, nodeRed, homebridge }: LiveDemo): string {
  const { host, port, pin, setupUri, accessories } = homebridge;
  return JSON.stringify({
    device,
    web,
    mqtt,
    nodeRed: nodeRed.editor,
    nodeRedOffer: nodeRed.offer,
    homebridge: { host, port, pin, setupUri, accessories },
  });
}

async function fullScreen(live: LiveDemo, states: PartStates, logs: string): Promise<string> {
  const lines = [
    '',
    `  Picam demo: camera "${live.device}"`,
    '',
    row('Camera', 'test picture, 1280x720, 30 a second', states.camera),
    row('Web page', live.web, states.web),
    row('Node-RED', `${live.nodeRed.page} (flow: ${live.nodeRed.editor})`, states.nodeRed),
    row('MQTT', live.mqtt, states.mqtt),
    row('Homebridge', `port ${live.homebridge.port}`, states.homebridge),
    '',
    ...(await pairing(live)),
    `  Logs: ${logs}`,
    '  Ctrl-C ends everything.',
    '',
  ];
  return `${lines.join('\n')}\n`;
}

async function pairing({ homebridge }: LiveDemo): Promise<string[]> {
  const blocks = await Promise.all(
    homebridge.accessories.map(async ({ name, pin, port, setupUri }) => [
      `  Apple Home: Add Accessory, then scan this code for "${name}" (or type ${pin}; port ${port}).`,
      '',
      ...(await qrCode(setupUri)),
      `  ${setupUri}`,
      '',
    ]),
  );
  return blocks.flat();
}

async function qrCode(text: string): Promise<string[]> {
  const code = await qrcode.toString(text, { type: 'terminal', small: true, errorCorrectionLevel: 'M' });
  return code
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`);
}

function changes(before: PartStates, now: PartStates): string {
  return Object.entries(now)
    .filter(([part, words]) => before[part as keyof PartStates] !== words)
    .map(([part, words]) => `${part}: ${words}\n`)
    .join('');
}

function row(name: string, address: string, state: string): string {
  return `  ${name.padEnd(NAME_WIDTH)}${address}\n  ${' '.repeat(NAME_WIDTH)}${state}`;
}
