import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OWNER_ONLY_FOLDER } from '../../foundation/owner-only.ts';

const FILE_NAME = 'home-assistant-topic';

/** Remembers where the device was announced to Home Assistant, so that it can be taken away from there. */
export class AnnouncedTopic {
  readonly #folder: string | undefined;

  /** Without a folder nothing is remembered. */
  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /** Undefined when there is nothing to take away. */
  async read(): Promise<string | undefined> {
    if (this.#folder === undefined) return undefined;
    const topic = await readFile(join(this.#folder, FILE_NAME), 'utf8').catch(() => '');
    return topic === '' ? undefined : topic;
  }

  async write(topic: string): Promise<void> {
    if (this.#folder === undefined) return;
    const path = join(this.#folder, FILE_NAME);
    await mkdir(this.#folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
    await writeFile(`${path}.new`, topic);
    await rename(`${path}.new`, path);
  }

  async forget(): Promise<void> {
    if (this.#folder !== undefined) await rm(join(this.#folder, FILE_NAME), { force: true });
  }
}
