import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { openFiles } from './open-files.ts';
import { descendantProcesses, residentKb } from './processes.ts';
import { waitUntil } from './wait-until.ts';

const TIMEOUT_MS = 10_000;
const PRELOADED = new URL('measured-process.ts', import.meta.url).href;

const measurementSchema = z.object({ heapKb: z.number(), waiting: z.array(z.string()) });

type Counts = Readonly<Record<string, number>>;

/** What a process holds when its garbage has been collected. */
export interface Holdings {
  /** Of JavaScript's objects, and of what they hold outside of the heap. */
  readonly heapKb: number;
  readonly residentKb: number;
  /** What keeps its event loop alive: timers and handles, by kind. */
  readonly waiting: Counts;
  readonly files: Counts;
  /** Names of the programs it has started that still run. */
  readonly programs: readonly string[];
}

/** Looks into another process, one that was started with `environment`. */
export class ProcessScale {
  readonly #folder: string;

  constructor(folder = mkdtempSync(join(tmpdir(), 'picam-measurement-'))) {
    this.#folder = folder;
  }

  get environment(): Readonly<Record<string, string>> {
    return {
      NODE_OPTIONS: `--no-warnings --import=${PRELOADED}`,
      MEASUREMENT_FILE: this.#file,
    };
  }

  async measure(pid: number): Promise<Holdings> {
    rmSync(this.#file, { force: true });
    process.kill(pid, 'SIGUSR2');
    const text = await waitUntil('the measurement', () => readFileSync(this.#file, 'utf8'), TIMEOUT_MS);
    const { heapKb, waiting } = measurementSchema.parse(JSON.parse(text));
    const programs = descendantProcesses(pid).map(({ name }) => name);
    return {
      heapKb,
      residentKb: residentKb(pid),
      waiting: countsOf(waiting),
      files: countsOf(openFiles(pid)),
      programs,
    };
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #file(): string {
    return join(this.#folder, 'measurement.json');
  }
}

/** How often each of `kinds` is there, in alphabetical order. */
function countsOf(kinds: readonly string[]): Counts {
  const counted = [...Map.groupBy(kinds, (kind) => kind)].map(([kind, all]) => [kind, all.length] as const);
  return Object.fromEntries(counted.sort(([one], [other]) => one.localeCompare(other)));
}
