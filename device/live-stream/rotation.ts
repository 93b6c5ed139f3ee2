/** Lists the same items again and again, each time with another one first, so that none is always the last. */
export class Rotation {
  #round = 0;

  next<T>(items: Iterable<T>): T[] {
    const list = [...items];
    const start = list.length === 0 ? 0 : this.#round % list.length;
    this.#round += 1;
    return [...list.slice(start), ...list.slice(0, start)];
  }
}
