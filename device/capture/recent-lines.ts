const MOST_LINES = 4;
const LONGEST_LINE = 300;

/** The last things a program said, so that its failure can be explained. */
export class RecentLines {
  #lines: string[] = [];
  #unfinished = '';

  append(text: string): void {
    const lines = (this.#unfinished + text).split(/[\r\n]+/);
    this.#unfinished = (lines.pop() ?? '').slice(0, LONGEST_LINE);
    for (const line of lines) this.#add(line);
  }

  /** On one line; empty when nothing was said. */
  toString(): string {
    return [...this.#lines, this.#unfinished.trim()].filter((line) => line !== '').join(' / ');
  }

  #add(line: string): void {
    const text = line.trim().slice(0, LONGEST_LINE);
    if (text !== '') this.#lines = [...this.#lines, text].slice(-MOST_LINES);
  }
}
