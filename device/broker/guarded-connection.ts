import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { PacketSizeGuard, type PacketSizeLimits } from './packet-size-guard.ts';

/** A socket of which the broker sees no byte before the size guard has. */
export class GuardedConnection extends Duplex {
  readonly #socket: Socket;
  readonly #guard: PacketSizeGuard;
  readonly #report: (problem: string) => void;

  constructor(socket: Socket, limits: PacketSizeLimits, report: (problem: string) => void) {
    super();
    this.#socket = socket;
    this.#guard = new PacketSizeGuard(limits);
    this.#report = report;
  }

  /** Begins to read; the socket and this end each other. */
  open(): this {
    const socket = this.#socket;
    socket.on('data', (chunk: Buffer) => this.#handleData(chunk));
    socket.once('end', () => this.push(null));
    socket.once('error', () => this.destroy());
    socket.once('close', () => this.destroy());
    return this;
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(_error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(null);
  }

  #handleData(chunk: Buffer): void {
    if (this.destroyed) return;
    const problem = this.#guard.check(chunk);
    if (problem !== undefined) {
      this.#report(problem);
      this.destroy();
      return;
    }
    if (!this.push(chunk)) this.#socket.pause();
  }
}
