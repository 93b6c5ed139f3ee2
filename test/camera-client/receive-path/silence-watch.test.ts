import { beforeEach, describe, expect, test } from '@jest/globals';
import { SilenceWatch } from '../../../camera-client/receive-path/silence-watch.ts';
import type { Clock } from '../../../foundation/clock.ts';

/** The clock of a process that can stand still: then its timers are late, and come before what waits in the socket. */
class StallingClock implements Clock {
  #nowMs = 0;
  #timers: { readonly atMs: number; readonly callback: () => void }[] = [];

  nowUs(): number {
    return this.#nowMs * 1_000;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((other) => other !== timer));
  }

  standStill(durationMs: number): void {
    this.#nowMs += durationMs;
    const due = this.#timers.filter(({ atMs }) => atMs <= this.#nowMs);
    this.#timers = this.#timers.filter(({ atMs }) => atMs > this.#nowMs);
    for (const { callback } of due) callback();
  }
}

let clock: StallingClock;
let silences: number;
let watch: SilenceWatch;

beforeEach(() => {
  clock = new StallingClock();
  silences = 0;
  watch = new SilenceWatch({ clock, silentAfterMs: 1_000, handleSilence: () => (silences += 1) });
  watch.handlePacket(0);
});

describe('after this process has stood still', () => {
  test('what came meanwhile is read before silence is told', () => {
    clock.standStill(3_000);
    watch.handlePacket(3_000);
    clock.standStill(900);
    expect(silences).toBe(0);
  });

  test('silence is told soon when nothing came', () => {
    clock.standStill(3_000);
    expect(silences).toBe(0);
    clock.standStill(250);
    expect(silences).toBe(1);
  });

  test('silence is told even when it stands still again and again', () => {
    clock.standStill(3_000);
    clock.standStill(3_000);
    expect(silences).toBe(1);
  });
});
