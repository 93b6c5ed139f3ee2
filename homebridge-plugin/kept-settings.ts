import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { errorCode } from '../foundation/error-code.ts';
import { describeError, type Logger } from '../foundation/logger.ts';

const keptSchema = z.object({
  /** Whether the camera was on when it was last heard of. */
  isOn: z.boolean().catch(true),
  /** What Apple Home wishes and the camera has not yet been told. */
  wish: z.boolean().optional().catch(undefined),
  isOffByHome: z.boolean().catch(false),
  eventSnapshots: z.boolean().catch(true),
  periodicSnapshots: z.boolean().catch(true),
});
export type Kept = z.output<typeof keptSchema>;

/** What must outlive a restart of Homebridge: one small file for each camera. */
export class KeptSettings {
  readonly #file: string;
  readonly #logger: Logger;
  #kept: Kept = keptSchema.parse({});

  constructor(file: string, logger: Logger) {
    this.#file = file;
    this.#logger = logger;
  }

  get now(): Kept {
    return this.#kept;
  }

  /** A file that is not there, or spoilt, counts as one with nothing in it. */
  open(): void {
    try {
      this.#kept = keptSchema.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT')
        this.#logger.warn(`${this.#file} cannot be read and is begun anew: ${describeError(error)}`);
    }
  }

  /** Written at once and as a whole, because the power may be cut at any time. */
  change(change: Partial<Kept>): void {
    const changed = { ...this.#kept, ...change };
    if (JSON.stringify(changed) === JSON.stringify(this.#kept)) return;
    this.#kept = changed;
    try {
      mkdirSync(dirname(this.#file), { recursive: true });
      writeFileSync(`${this.#file}.new`, `${JSON.stringify(changed)}\n`);
      renameSync(`${this.#file}.new`, this.#file);
    } catch (error) {
      this.#logger.warn(`${this.#file} cannot be written: ${describeError(error)}`);
    }
  }
}
