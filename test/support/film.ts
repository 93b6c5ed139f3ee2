import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LiveViewPacket } from '../../camera-client/live-view.ts';
import { accessUnitToAnnexB, type AccessUnit } from '../../media/access-unit.ts';
import { AccessUnitSplitter } from '../../media/access-unit-splitter.ts';
import { packetizeH264 } from '../../media/h264-packetizer.ts';
import { runFfmpeg } from '../device/run-ffmpeg.ts';

const MODULUS_32_BITS = 2 ** 32;

export interface FilmOptions {
  readonly seconds: number;
  readonly fps: number;
  /** From one key frame to the next. */
  readonly gopPictures: number;
  readonly size?: string;
}

export interface FilmFile {
  readonly path: string;
  close(): Promise<void>;
}

/** Pictures of a test film as x264 makes them for a live stream, each key frame with its parameter sets. */
export async function makeFilm(options: FilmOptions): Promise<AccessUnit[]> {
  const { seconds, fps, gopPictures, size = '320x240' } = options;
  const encoder = `-c:v libx264 -preset ultrafast -tune zerolatency -profile:v baseline -g ${gopPictures} -keyint_min ${gopPictures} -sc_threshold 0 -threads 1 -x264-params threads=1:sliced-threads=0:repeat-headers=1`;
  const source = `-f lavfi -i testsrc2=size=${size}:rate=${fps}:duration=${seconds}`;
  const film = await runFfmpeg(`${source} ${encoder} -f h264 -`.split(' '));
  const splitter = new AccessUnitSplitter();
  const units = splitter.push(film, 0);
  const last = splitter.endOfInput();
  return last ? [...units, last] : units;
}

/** A file with a film that becomes larger in its middle; `close` removes it. */
export async function changingFilm(): Promise<FilmFile> {
  const sizes = ['320x240', '640x360'];
  return filmFile(sizes.map((size) => ({ seconds: 7, fps: 10, gopPictures: 10, size })));
}

/** A file with films one after the other; `close` removes it. */
export async function filmFile(parts: readonly FilmOptions[]): Promise<FilmFile> {
  const films = await Promise.all(parts.map(makeFilm));
  const folder = await mkdtemp(join(tmpdir(), 'picam-film-'));
  const path = join(folder, 'film.h264');
  await writeFile(path, Buffer.concat(films.flat().map(accessUnitToAnnexB)));
  return { path, close: () => rm(folder, { recursive: true, force: true }) };
}

/** Sends pictures as a camera's live view does: numbered packets, with times on a clock of its own. */
export class FilmPackets {
  #index: number;
  readonly #firstTimestamp: number;

  constructor({ firstIndex = 1, firstTimestamp = 1_000 } = {}) {
    this.#index = firstIndex;
    this.#firstTimestamp = firstTimestamp;
  }

  /** @param ticks of 90 kHz since the film began. */
  packetsOf(unit: AccessUnit, ticks: number): LiveViewPacket[] {
    const timestamp = (this.#firstTimestamp + ticks) % MODULUS_32_BITS;
    return packetizeH264(unit).map(({ payload, marker }) => {
      const index = this.#index;
      this.#index += 1;
      return { index, timestamp, marker, payload };
    });
  }

  /** As if packets had been lost. */
  skip(packets: number): void {
    this.#index += packets;
  }
}
