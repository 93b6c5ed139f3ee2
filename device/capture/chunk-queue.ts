/** Bytes that arrive in chunks and are taken out in pieces of another size; each byte is copied at most once or twice. */
export class ChunkQueue {
  #chunks: Buffer[] = [];
  #bytes = 0;

  /** How many bytes wait. */
  get bytes(): number {
    return this.#bytes;
  }

  append(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  /** The next `count` bytes without taking them; undefined while there are fewer. */
  peek(count: number): Buffer | undefined {
    if (this.#bytes < count) return undefined;
    const [first] = this.#chunks;
    if (first === undefined || first.length < count) return this.#join().subarray(0, count);
    return first.subarray(0, count);
  }

  /** Takes the next `count` bytes; undefined while there are fewer. The result owns its memory. */
  take(count: number): Buffer | undefined {
    if (this.#bytes < count) return undefined;
    const joined = this.#join();
    const rest = joined.subarray(count);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#bytes = rest.length;
    return Buffer.from(joined.subarray(0, count));
  }

  #join(): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && this.#chunks.length === 1) return first;
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }
}
