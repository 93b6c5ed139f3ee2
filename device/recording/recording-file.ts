import { type FileHandle, open } from 'node:fs/promises';
import { accessUnitBytes, type AccessUnit } from '../../media/access-unit.ts';
import { FragmentedMp4 } from './fragmented-mp4.ts';

/** A disk that is this far behind does not keep up. */
const MOST_WAITING_BYTES = 32 * 1024 * 1024;

export interface RecordingFileOptions {
  readonly path: string;
  readonly mode: number;
  /** Called before each write; rejects when the disk has no room. */
  readonly makeRoom: () => Promise<void>;
  /** Called once at most. The file is closed then, as far as it got. */
  readonly handleError: (error: unknown) => void;
}

/**
 * One MP4 file that is written while its pictures come. Each fragment is on the disk, not just in its cache, before the
 * next one is written: after a power cut the file plays up to its last whole fragment.
 */
export class RecordingFile {
  readonly #options: RecordingFileOptions;
  readonly #mp4: FragmentedMp4;
  #file: FileHandle | undefined;
  #writing: Promise<void> = Promise.resolve();
  #waitingBytes = 0;
  #bytes = 0;
  #hasFailed = false;

  constructor(options: RecordingFileOptions) {
    this.#options = options;
    this.#mp4 = new FragmentedMp4((bytes, position) => this.#write(bytes, position));
  }

  /** On the disk. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Returns at once. The first picture must be a key frame with its parameter sets. */
  add(unit: AccessUnit): void {
    if (this.#hasFailed) return;
    const bytes = accessUnitBytes(unit);
    this.#waitingBytes += bytes;
    if (this.#waitingBytes > MOST_WAITING_BYTES) {
      this.#fail(new Error('the disk is too slow for the recording'));
      return;
    }
    this.#then(async () => {
      this.#waitingBytes -= bytes;
      await this.#mp4.add(unit);
    });
  }

  /** Writes what is waiting and closes the file. Never rejects. */
  async close(): Promise<void> {
    this.#then(() => this.#mp4.finish());
    await this.#writing;
    await this.#file?.close().catch(() => undefined);
    this.#file = undefined;
  }

  #then(step: () => Promise<void>): void {
    this.#writing = this.#writing.then(async () => {
      if (this.#hasFailed) return;
      try {
        await step();
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  async #write(bytes: Uint8Array, position: number): Promise<void> {
    const { path, mode } = this.#options;
    try {
      await this.#options.makeRoom();
      this.#file ??= await open(path, 'wx', mode);
      await writeAll(this.#file, bytes, position);
      await this.#file.datasync();
      this.#bytes = Math.max(this.#bytes, position + bytes.length);
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  #fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#options.handleError(error);
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
