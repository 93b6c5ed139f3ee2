import type { SourceError } from '../../device/capture/source-error.ts';
import type { SourceSink } from '../../device/capture/source.ts';
import type { AccessUnit } from '../../media/access-unit.ts';

interface Waiter {
  readonly isReached: () => boolean;
  readonly resolve: () => void;
}

/** A sink that keeps all it is given, and lets a test wait for it. */
export class RecordingSink implements SourceSink {
  readonly units: AccessUnit[] = [];
  readonly errors: SourceError[] = [];
  #waiters: Waiter[] = [];

  handleAccessUnit(unit: AccessUnit): void {
    this.units.push(unit);
    this.#wake();
  }

  handleEnd(error: SourceError): void {
    this.errors.push(error);
    this.#wake();
  }

  /** Resolves with the first `count` access units; rejects when the source ends before. */
  async received(count: number): Promise<AccessUnit[]> {
    await this.#until(() => this.units.length >= count || this.errors.length > 0);
    if (this.units.length < count) throw this.errors[0] ?? new Error('unreachable');
    return this.units.slice(0, count);
  }

  async ended(): Promise<SourceError> {
    await this.#until(() => this.errors.length > 0);
    const [error] = this.errors;
    if (!error) throw new Error('unreachable');
    return error;
  }

  #until(isReached: () => boolean): Promise<void> {
    if (isReached()) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ isReached, resolve }));
  }

  #wake(): void {
    const reached = this.#waiters.filter(({ isReached }) => isReached());
    this.#waiters = this.#waiters.filter((waiter) => !reached.includes(waiter));
    for (const { resolve } of reached) resolve();
  }
}
