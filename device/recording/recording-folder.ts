import { lstat, mkdir, open, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { CameraError } from '../../contract/errors.ts';
import { OWNER_ONLY_FILE, OWNER_ONLY_FOLDER } from '../../foundation/owner-only.ts';
import { recordingDurationS } from './recording-duration.ts';
import { startOfRecording } from './recording-name.ts';

const BYTES_PER_MB = 1_000_000;
const MILLISECONDS_PER_DAY = 86_400_000;
/** Before the umask: whoever gave a folder of his own decides who sees it. */
const ANYBODY = 0o666;

export interface RecordingLimits {
  readonly maxTotalMB: number;
  readonly maxAgeDays: number;
  readonly minFreeMB: number;
}

export interface RecordingFolderOptions {
  readonly path: string;
  /** False: a missing folder is an error, as when its disk is not plugged in. */
  readonly isMade: boolean;
  readonly limits: RecordingLimits;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Bytes that may still be written to the folder's disk. */
  readonly freeBytes?: (path: string) => Promise<number>;
}

export interface RecordedFile {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly bytes: number;
}

export interface ListedRecording extends RecordedFile {
  /** Seconds that can be played already. */
  readonly durationS: number;
}

/** The recordings on the disk, and the limits they are kept within. Files of other names are never touched. */
export class RecordingFolder {
  readonly #options: RecordingFolderOptions;
  readonly #durations = new Map<string, { readonly bytes: number; readonly durationS: number }>();

  constructor(options: RecordingFolderOptions) {
    this.#options = options;
  }

  /** @throws CameraError that says what is wrong with the folder. */
  async prepare(): Promise<void> {
    const { path, isMade } = this.#options;
    try {
      if (isMade) await mkdir(path, { recursive: true, mode: OWNER_ONLY_FOLDER });
      if (!(await stat(path)).isDirectory()) throw new Error('it is not a folder');
    } catch (cause) {
      throw this.#unusable(cause);
    }
  }

  /** The mode of new recordings. */
  get fileMode(): number {
    return this.#options.isMade ? OWNER_ONLY_FILE : ANYBODY;
  }

  pathOf(name: string): string {
    return join(this.#options.path, name);
  }

  /** Newest first. */
  async list(most: number): Promise<{ files: ListedRecording[]; total: number }> {
    const files = (await this.#files()).reverse();
    const listed: ListedRecording[] = [];
    for (const file of files.slice(0, most)) {
      listed.push({ ...file, durationS: await this.#durationOf(file).catch(() => 0) });
    }
    return { files: listed, total: files.length };
  }

  /** @throws CameraError `bad_request` for what is no recording's name, `not_found` for one that is not there. */
  async remove(name: string): Promise<void> {
    if (startOfRecording(name) === undefined) {
      throw new CameraError('bad_request', 'That is not the name of a recording; use a name from the list.');
    }
    try {
      await lstat(this.pathOf(name));
    } catch (cause) {
      throw new CameraError('not_found', `There is no recording ${name}.`, { cause });
    }
    await this.#discard(name);
  }

  /**
   * Removes recordings that are too old, and the oldest while all together are too large.
   * @param openName is being written and stays.
   */
  async removeOutdated(openName?: string): Promise<void> {
    const { limits, now = Date.now } = this.#options;
    const files = await this.#files();
    const oldestStart = now() - limits.maxAgeDays * MILLISECONDS_PER_DAY;
    let tooManyBytes = bytesOf(files) - limits.maxTotalMB * BYTES_PER_MB;
    for (const { name, start, bytes } of files) {
      if (name === openName || (tooManyBytes <= 0 && start >= oldestStart)) continue;
      await this.#discard(name);
      tooManyBytes -= bytes;
    }
  }

  /**
   * Makes all limits hold, before something is written. Nothing is removed for a disk that would be too full all the same.
   * @param openName is being written and stays.
   * @throws CameraError when the folder is gone or too little of its disk can be made free.
   */
  async makeRoom(openName?: string): Promise<void> {
    const { limits, path } = this.#options;
    await this.removeOutdated(openName);
    let missingBytes = limits.minFreeMB * BYTES_PER_MB - (await this.#freeBytes());
    if (missingBytes <= 0) return;
    const files = (await this.#files()).filter(({ name }) => name !== openName);
    if (bytesOf(files) < missingBytes) {
      throw new CameraError(
        'internal',
        `The disk of ${path} is full: recording.minFreeMB keeps ${limits.minFreeMB} MB free. Make room or record elsewhere.`,
      );
    }
    for (const { name, bytes } of files) {
      if (missingBytes <= 0) return;
      await this.#discard(name);
      missingBytes -= bytes;
    }
  }

  /** Several at once may want to be rid of the same file: one that is gone is no fault. */
  async #discard(name: string): Promise<void> {
    this.#durations.delete(name);
    try {
      await rm(this.pathOf(name), { force: true });
    } catch (cause) {
      const { path } = this.#options;
      const message = `The recording ${name} in ${path} cannot be removed; let this user write there.`;
      throw new CameraError('internal', message, { cause });
    }
  }

  async #freeBytes(): Promise<number> {
    const { path, freeBytes = freeBytesOf } = this.#options;
    try {
      return await freeBytes(path);
    } catch (cause) {
      throw this.#unusable(cause);
    }
  }

  #unusable(cause: unknown): CameraError {
    return new CameraError(
      'internal',
      `The folder for recordings, ${this.#options.path}, cannot be used; make it, plug its disk in or change recording.folder.`,
      { cause },
    );
  }

  /** Oldest first. A folder that is not there yet is an empty one. */
  async #files(): Promise<RecordedFile[]> {
    const names = await readdir(this.#options.path).catch(() => []);
    const files: RecordedFile[] = [];
    for (const name of names.sort()) {
      const start = startOfRecording(name);
      const stats = start === undefined ? undefined : await lstat(this.pathOf(name)).catch(() => undefined);
      if (start !== undefined && stats?.isFile()) files.push({ name, start, bytes: stats.size });
    }
    return files;
  }

  async #durationOf({ name, bytes }: RecordedFile): Promise<number> {
    const known = this.#durations.get(name);
    if (known?.bytes === bytes) return known.durationS;
    const file = await open(this.pathOf(name));
    try {
      const durationS = Math.round((await recordingDurationS(file, bytes)) * 1000) / 1000;
      this.#durations.set(name, { bytes, durationS });
      return durationS;
    } finally {
      await file.close();
    }
  }
}

function bytesOf(files: readonly RecordedFile[]): number {
  return files.reduce((bytes, file) => bytes + file.bytes, 0);
}

async function freeBytesOf(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}
