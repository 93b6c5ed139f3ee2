import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { silentLogger } from '../../../foundation/logger.ts';
import { Prebuffer } from '../../../homebridge-plugin/recording/prebuffer.ts';
import { recordingParts } from '../../../homebridge-plugin/recording/recording.ts';
import type { StartEncoder } from '../../../homebridge-plugin/recording/sound/aac-encoder.ts';
import type { AccessUnit } from '../../../media/access-unit.ts';
import { ManualClock } from '../../device/manual-clock.ts';
import { makeFilm } from '../../support/film.ts';
import { FilmCamera } from './film-camera.ts';

const FPS = 5;
const FILM_S = 4;
const HOUR_S = 3_600;
const OPUS_20_MS = Buffer.of(0xf8, 1, 2);
/** Sound of 64 kbit/s in packets of 20 ms, and in frames of 32 ms. */
const SOUND = new Array<Buffer>(FILM_S * 50).fill(OPUS_20_MS);
const FRAME_BYTES = 256;
const PACKETS_A_FRAME = 1.6;
/** 16 s of it. */
const MOST_SOUND_BYTES = 500 * FRAME_BYTES;
const RECORDING_S = 60;
const QUARTERS = 4;
const GARBAGE_ROUNDS = 4;
const MEGABYTE = 1_000_000;
/** Of the heap, which is measured beside what the tests' own machinery does with it. */
const NOISE_BYTES = 6 * MEGABYTE;

/** What is left when nothing more can be given back. */
async function usedBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  for (let round = 0; round < GARBAGE_ROUNDS; round += 1) {
    collectGarbage();
    await nextTurn();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Gives frames as fast as it is given sound. */
const startEncoder: StartEncoder = (events) => {
  let [packets, frames] = [0, 0];
  return {
    encode: () => {
      packets += 1;
      for (; frames < Math.floor(packets / PACKETS_A_FRAME); frames += 1)
        events.handleFrame(Buffer.allocUnsafeSlow(FRAME_BYTES));
    },
    stop: () => undefined,
  };
};

/** Recordings back to back, as when something moves all the time; half of them end in the middle of a fragment. */
class Recordings {
  bytes = 0;
  count = 0;
  readonly #prebuffer: Prebuffer;
  #ending = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(prebuffer: Prebuffer) {
    this.#prebuffer = prebuffer;
  }

  async next(): Promise<void> {
    await this.end();
    this.count += 1;
    this.#ending = new AbortController();
    this.#running = this.#read(this.#ending.signal);
  }

  async end(): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  async #read(signal: AbortSignal): Promise<void> {
    const options = { source: this.#prebuffer, withSound: true, signal };
    for await (const { data } of recordingParts(options)) this.bytes += data.length;
  }
}

async function play(camera: FilmCamera, film: readonly AccessUnit[]): Promise<void> {
  camera.playWithSound(film, SOUND);
  // The recording reads in between, as it does in life.
  await nextTurn();
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('an hour of recordings back to back holds the memory level', async () => {
  const film = await makeFilm({ seconds: FILM_S, fps: FPS, gopPictures: FPS * 2, size: '640x360' });
  const clock = new ManualClock();
  const camera = new FilmCamera(clock, { fps: FPS });
  const prebuffer = new Prebuffer({
    lengths: { preRollMs: 4_000, fragmentMs: 4_000 },
    openView: camera.openView,
    handleEnd: () => undefined,
    startEncoder,
    clock,
    logger: silentLogger,
  });
  prebuffer.open();
  prebuffer.sound.setWanted(true);
  const recordings = new Recordings(prebuffer);
  const used: number[] = [];
  let mostKept = 0;
  let mostSound = 0;
  for (let atS = 0; atS < HOUR_S; atS += FILM_S) {
    if (atS % RECORDING_S === 0) await recordings.next();
    await play(camera, film);
    mostKept = Math.max(mostKept, prebuffer.bytes);
    mostSound = Math.max(mostSound, prebuffer.sound.bytes);
    if (atS % (HOUR_S / QUARTERS) === HOUR_S / QUARTERS - FILM_S) used.push(await usedBytes());
  }
  await recordings.end();
  prebuffer.close();

  const filmBytes = film.reduce((sum, { nalUnits }) => sum + Buffer.concat(nalUnits).length, 0);
  const growth = (used.at(-1) ?? 0) - Math.min(...used.slice(0, -1));
  const inMegabytes = (bytes: number) => `${(bytes / MEGABYTE).toFixed(1)} MB`;
  console.log(
    `${recordings.count} recordings, ${inMegabytes(recordings.bytes)} written; at most ${inMegabytes(mostKept)} kept; memory after each quarter: ${used.map(inMegabytes).join(', ')}`,
  );
  expect(recordings.bytes).toBeGreaterThan(filmBytes * (HOUR_S / FILM_S) * 0.9);
  expect(mostSound).toBe(MOST_SOUND_BYTES);
  expect(mostKept).toBeLessThanOrEqual(filmBytes * 2.5 + MOST_SOUND_BYTES);
  expect(growth).toBeLessThan(NOISE_BYTES);
  expect({ kept: prebuffer.feed.bytes, timers: clock.pendingTimers }).toEqual({ kept: 0, timers: 0 });
}, 60_000);
