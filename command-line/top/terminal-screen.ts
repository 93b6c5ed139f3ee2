import type { ReadStream, WriteStream } from 'node:tty';

/** Another screen, without a cursor and without going on in the next line. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const CLEAR_LINE_REST = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';
const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;
const CTRL_C = '\u0003';

export interface TerminalScreenOptions {
  readonly input: ReadStream;
  readonly output: WriteStream;
  /** The size has changed: what is shown has to be drawn again. */
  readonly handleResize: () => void;
  /** q or Ctrl-C was typed. */
  readonly handleQuit: () => void;
}

/** The whole terminal, for as long as it is open; what was on it before is there again afterwards. */
export class TerminalScreen {
  readonly #options: TerminalScreenOptions;
  readonly #handleResize = () => this.#options.handleResize();
  readonly #handleInput = (typed: Buffer) => {
    const keys = typed.toString();
    if (keys.includes(CTRL_C) || /q/iu.test(keys)) this.#options.handleQuit();
  };
  readonly #restore = () => this.close();
  #isOpen = false;

  constructor(options: TerminalScreenOptions) {
    this.#options = options;
  }

  get columns(): number {
    return this.#options.output.columns || DEFAULT_COLUMNS;
  }

  open(): void {
    const { input, output } = this.#options;
    this.#isOpen = true;
    // A program that ends for whatever reason must not leave a terminal that shows no cursor and echoes nothing.
    process.once('exit', this.#restore);
    output.on('resize', this.#handleResize);
    output.write(ENTER);
    if (!input.isTTY) return;
    input.setRawMode(true);
    input.on('data', this.#handleInput);
  }

  /** Lines are cut to the terminal's size. */
  draw(lines: readonly string[]): void {
    if (!this.#isOpen) return;
    const { output } = this.#options;
    const shown = lines.slice(0, output.rows || DEFAULT_ROWS);
    const text = shown.map((line) => `${Array.from(line).slice(0, this.columns).join('')}${CLEAR_LINE_REST}`);
    output.write(`${HOME}${text.join('\r\n')}${CLEAR_BELOW}`);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const { input, output } = this.#options;
    process.removeListener('exit', this.#restore);
    output.removeListener('resize', this.#handleResize);
    if (input.isTTY) {
      input.removeListener('data', this.#handleInput);
      input.setRawMode(false);
      input.pause();
    }
    output.write(LEAVE);
  }
}
