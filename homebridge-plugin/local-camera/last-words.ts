const OF_A_STACK = /^(?:\s+at |Node\.js v|\s*\^+\s*$|\s*$)/u;
const MOST_LINES = 6;

/** What a program said that was no line of its log, for the one who wonders why it ended. */
export class LastWords {
  #lines: string[] = [];

  add(line: string): void {
    if (OF_A_STACK.test(line)) return;
    this.#lines = [...this.#lines, line.trim()].slice(-MOST_LINES);
  }

  /** On one line; undefined when it said nothing. */
  get text(): string | undefined {
    return this.#lines.length === 0 ? undefined : this.#lines.join(' / ');
  }
}
