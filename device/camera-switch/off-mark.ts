import { access, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError, type Logger } from '../../foundation/logger.ts';
import { OWNER_ONLY_FOLDER } from '../../foundation/owner-only.ts';

const FILE_NAME = 'camera-is-off';
const NOT_THERE = new Set(['ENOENT', 'ENOTDIR']);

/** The owner's word that the camera stays off, kept as a file that is there or not: neither can be half written. */
export class OffMark {
  readonly #folder: string;
  readonly #logger: Logger;
  #writing: Promise<void> = Promise.resolve();

  constructor(folder: string, logger: Logger) {
    this.#folder = folder;
    this.#logger = logger;
  }

  /** A mark that cannot be looked for counts as there: a camera that is off by mistake does no harm. */
  async read(): Promise<boolean> {
    const path = join(this.#folder, FILE_NAME);
    try {
      await access(path);
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      this.#logger.warn(
        `${path} cannot be looked for (${describeError(error)}), so the camera stays off until set/enabled ON`,
      );
      return true;
    }
  }

  /** The last of several calls holds. Never rejects: what cannot be kept is a line in the log. */
  write(isOff: boolean): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write(isOff));
    return this.#writing;
  }

  async #write(isOff: boolean): Promise<void> {
    const path = join(this.#folder, FILE_NAME);
    try {
      if (isOff) await createDurably(this.#folder, path);
      else await rm(path, { force: true });
    } catch (error) {
      if (!isOff && isMissing(error)) return;
      const next = isOff ? 'on' : 'off';
      this.#logger.warn(
        `that the camera is ${isOff ? 'off' : 'on'} cannot be kept in ${path} (${describeError(error)}), so it is ${next} again after a restart; set "storage" to a folder this user may write`,
      );
    }
  }
}

/** Also there after a power cut. */
async function createDurably(folder: string, path: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
  await (await open(path, 'w')).close();
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && NOT_THERE.has(String(error.code));
}
