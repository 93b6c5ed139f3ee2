import type { FleetConnection } from './fleet-connection.ts';
import type { CameraReading } from './fleet-watch.ts';
import { TerminalScreen } from './terminal-screen.ts';
import { viewLines, withoutControls } from './view-lines.ts';

const REFRESH_MS = 1_000;

/** Shows the cameras until somebody has had enough. */
export class LiveView {
  readonly #fleet: FleetConnection;
  readonly #only: string | undefined;
  readonly #screen: TerminalScreen;
  #readings: readonly CameraReading[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;
  #resolveQuit: () => void = () => undefined;
  /** Resolves when q or Ctrl-C is typed. */
  readonly quit = new Promise<void>((resolve) => (this.#resolveQuit = resolve));

  constructor(fleet: FleetConnection, only: string | undefined) {
    this.#fleet = fleet;
    this.#only = only;
    this.#screen = new TerminalScreen({
      input: process.stdin,
      output: process.stdout,
      handleResize: () => this.#draw(),
      handleQuit: () => this.#resolveQuit(),
    });
  }

  open(): void {
    this.#screen.open();
    void this.#lookAgainAndAgain();
  }

  close(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#screen.close();
  }

  /** Never rejects. */
  async #lookAgainAndAgain(): Promise<void> {
    const startedAtMs = performance.now();
    this.#draw();
    this.#readings = await this.#fleet.look();
    if (this.#isOver) return;
    this.#draw();
    const restMs = Math.max(0, startedAtMs + REFRESH_MS - performance.now());
    this.#timer = setTimeout(() => void this.#lookAgainAndAgain(), restMs);
  }

  #draw(): void {
    const time = new Date().toTimeString().slice(0, 8);
    const head = withoutControls(`picam top   ${this.#fleet.url}   ${time}   q quits`);
    this.#screen.draw([head, '', ...this.#body()]);
  }

  #body(): string[] {
    const { columns } = this.#screen;
    const { emptiness } = this.#fleet;
    if (emptiness !== undefined) return wrapped(withoutControls(emptiness), columns);
    if (this.#readings.length === 0) return ['asking the cameras …'];
    return viewLines(this.#readings, this.#only, columns);
  }
}

function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns)
      lines.splice(-1, 1, `${last} ${word}`);
    else lines.push(word);
  }
  return lines;
}
