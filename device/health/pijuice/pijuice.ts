import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { MachineReadings } from '../../../contract/machine-readings.ts';
import { SYSTEM_PYTHON } from '../../capture/picamera2/helper-command.ts';
import { type RunProgram, runProgram } from '../../capture/program-run.ts';

type Battery = MachineReadings['battery'];

export interface PijuiceOptions {
  readonly run?: RunProgram;
  readonly exists?: (path: string) => boolean;
  readonly nowMs?: () => number;
}

const SCRIPT = fileURLToPath(new URL('./pijuice_reading.py', import.meta.url));
const BUS = '/dev/i2c-1';
/** Where the package pijuice-base puts it. */
const MODULE = '/usr/lib/python3/dist-packages/pijuice.py';
/** A battery is slow, and Python takes a second of a small Pi. */
const READ_INTERVAL_MS = 5 * 60_000;
/** Less than what a look at the whole machine may take. */
const READ_TIMEOUT_MS = 4_000;

const presence = z.string().max(32);
const readingSchema = z.object({
  level: z.object({ data: z.number().min(0).max(100) }),
  status: z.object({
    data: z.object({ battery: z.string().max(32), powerInput: presence, powerInput5vIo: presence }),
  }),
});

/** The battery of a PiJuice, which no driver of the kernel knows. Asked only where its bus and its module are. */
export class Pijuice {
  readonly #run: RunProgram;
  readonly #exists: (path: string) => boolean;
  readonly #nowMs: () => number;
  #reading: Promise<Battery> = Promise.resolve(undefined);
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: PijuiceOptions = {}) {
    this.#run = options.run ?? runProgram;
    this.#exists = options.exists ?? existsSync;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  /** At most a few minutes old; undefined without a battery. Never rejects. */
  read(): Promise<Battery> {
    const nowMs = this.#nowMs();
    if (nowMs - this.#readAtMs >= READ_INTERVAL_MS) {
      this.#readAtMs = nowMs;
      this.#reading = this.#ask();
    }
    return this.#reading;
  }

  async #ask(): Promise<Battery> {
    if (!this.#exists(BUS) || !this.#exists(MODULE)) return undefined;
    const result = await this.#run(SYSTEM_PYTHON, ['-B', SCRIPT], READ_TIMEOUT_MS);
    return result.kind === 'ended' ? parseReading(result.stdout) : undefined;
  }
}

function parseReading(text: string): Battery {
  const read = readingSchema.safeParse(jsonOf(text));
  if (!read.success) return undefined;
  const { level, status } = read.data;
  const { battery, powerInput, powerInput5vIo } = status.data;
  if (battery === 'NOT_PRESENT') return undefined;
  const isPowered = powerInput === 'PRESENT' || powerInput5vIo === 'PRESENT';
  return { percent: level.data, charging: isPowered || battery.startsWith('CHARGING') };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
