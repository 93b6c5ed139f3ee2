import { describe, expect, test } from '@jest/globals';
import { silentLogger } from '../../../../foundation/logger.ts';
import { Prebuffer } from '../../../../homebridge-plugin/recording/prebuffer.ts';
import { recordingParts } from '../../../../homebridge-plugin/recording/recording.ts';
import { startAacEncoder } from '../../../../homebridge-plugin/recording/sound/aac-encoder.ts';
import { frameAt } from '../../../../homebridge-plugin/recording/sound/sound-grid.ts';
import { ManualClock } from '../../../device/manual-clock.ts';
import { makeFilm } from '../../../support/film.ts';
import { decodeSound, mp4Boxes, probeMp4 } from '../../../support/mp4.ts';
import { makeOpus, shareOfTone } from '../../../support/opus-sound.ts';
import { resourcesOfEachTest } from '../../../support/resources.ts';
import { FilmCamera } from '../film-camera.ts';

const FPS = 10;
const GOP_S = 2;
const SECONDS = 12;
const PACKETS_A_SECOND = 50;
const RATE = 48_000;
const TICKS_A_SECOND = 90_000;
const TONE_HZ = 1_000;
const LOUD = 0.15;
/** Of the camera's time: within the pre-roll, in the middle of a recording, and near its end. */
const BEEPS_AT_S = [5.3, 7.12, 9.71];
const BEEP_S = 0.2;
/** What codecs smear: this recording begins where a frame of sound does. */
const SMEAR_MS = 5;
/** So far a frame may be from its time after a loss. */
const SHIFT_MS = 27;
/** Sound that an encoder may hold back until it hears what follows. */
const HELD_BACK_S = 0.3;
/** Some may never come. */
const LONGEST_WAIT_MS = 2_000;

const resources = resourcesOfEachTest();
const film = makeFilm({ seconds: SECONDS, fps: FPS, gopPictures: FPS * GOP_S });
const beeps = BEEPS_AT_S.map((atS) => `between(t,${atS},${atS + BEEP_S})`).join('+');
const sound = makeOpus(`0.5*sin(2*PI*${TONE_HZ}*t)*(${beeps})`, SECONDS);

function setUp(startEncoder = startAacEncoder) {
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
  resources.onEnd('the prebuffer', () => prebuffer.close());
  prebuffer.open();
  prebuffer.sound.setWanted(true);
  return { camera, prebuffer };
}

type Packets = readonly (Buffer | undefined)[];

/** Plays a part of the film, no faster than the encoder follows. */
async function play(
  { camera, prebuffer }: ReturnType<typeof setUp>,
  fromS: number,
  toS: number,
  packets: Packets,
) {
  for (let atS = fromS; atS < toS; atS += 1) {
    camera.playWithSound(
      (await film).slice(atS * FPS, (atS + 1) * FPS),
      packets.slice(atS * PACKETS_A_SECOND, (atS + 1) * PACKETS_A_SECOND),
    );
    const encoded = frameAt((atS + 1 - HELD_BACK_S) * TICKS_A_SECOND);
    const signal = AbortSignal.timeout(LONGEST_WAIT_MS);
    await prebuffer.sound.frames(encoded, encoded, { timeoutMs: LONGEST_WAIT_MS, signal });
  }
}

/** Takes parts of a recording until it is as long as wanted. */
async function record(prebuffer: Prebuffer, withSound: boolean, lengthS: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let recordedMs = 0;
  const signal = new AbortController().signal;
  for await (const part of recordingParts({ source: prebuffer, withSound, signal })) {
    parts.push(part.data);
    recordedMs += part.durationMs;
    if (recordedMs >= lengthS * 1_000) break;
  }
  return Buffer.concat(parts);
}

/** When it becomes loud after a silence, in seconds. */
function onsets(samples: Float32Array): number[] {
  const found: number[] = [];
  let loudAt = Number.NEGATIVE_INFINITY;
  for (const [nth, sample] of samples.entries()) {
    if (Math.abs(sample) < LOUD) continue;
    if (nth - loudAt > RATE / 10) found.push(nth / RATE);
    loudAt = nth;
  }
  return found;
}

function expectBeepsAt(samples: Float32Array, expectedS: readonly number[], mostOffMs: number): void {
  const found = onsets(samples);
  expect(found).toHaveLength(expectedS.length);
  const offsMs = found.map((atS, nth) => (atS - (expectedS[nth] ?? 0)) * 1_000);
  console.info(`the beeps are late by ${offsMs.map((offMs) => offMs.toFixed(1)).join(', ')} ms`);
  for (const offMs of offsMs) expect(Math.abs(offMs)).toBeLessThan(mostOffMs);
}

describe('a recording with sound', () => {
  test('has what the microphone heard at its time, from the pre-roll on', async () => {
    const all = setUp();
    await play(all, 0, 9, await sound);
    const recorded = record(all.prebuffer, true, 6);
    await play(all, 9, SECONDS, await sound);
    const file = await recorded;
    const probed = await probeMp4(file);
    expect(probed).toMatchObject({ complaints: '', audio: 'aac LC 32000 1' });
    const samples = await decodeSound(file);
    const [firstS] = probed.packets.filter(({ kind }) => kind === 'audio').map(({ atS }) => atS);
    expect(firstS).toBe(0);
    expectBeepsAt(
      samples,
      BEEPS_AT_S.map((atS) => atS - 4),
      SMEAR_MS,
    );
    const beep = samples.subarray(1.35 * RATE, 1.45 * RATE);
    expect(shareOfTone(beep, TONE_HZ)).toBeGreaterThan(0.9);
  });

  test('has it at its time also after sound was lost, which is silent', async () => {
    const all = setUp();
    const lossy = (await sound).map((packet, nth) => {
      const atS = nth / PACKETS_A_SECOND;
      const isLost = (atS >= 4.2 && atS < 4.6) || (atS >= 7 && atS < 7.5) || nth % 49 === 0;
      return isLost ? undefined : packet;
    });
    await play(all, 0, 9, lossy);
    const recorded = record(all.prebuffer, true, 6);
    await play(all, 9, SECONDS, lossy);
    const samples = await decodeSound(await recorded);
    const heardS = BEEPS_AT_S.filter((atS) => atS !== 7.12);
    expectBeepsAt(
      samples,
      heardS.map((atS) => atS - 4),
      SHIFT_MS,
    );
  });

  test('becomes silent when the sound is turned off in its middle, with the same description', async () => {
    const all = setUp();
    await play(all, 0, 9, await sound);
    const recorded = record(all.prebuffer, true, 6);
    all.prebuffer.sound.setWanted(false);
    await play(all, 9, SECONDS, await sound);
    const file = await recorded;
    expect(await probeMp4(file)).toMatchObject({ complaints: '', audio: 'aac LC 32000 1' });
    expect(onsets(await decodeSound(file)).filter((atS) => atS > 4)).toEqual([]);
  });

  test('is the same silence, and as complete, when there is no encoder', async () => {
    const all = setUp((events) => {
      queueMicrotask(() => events.handleEnd('ffmpeg is not installed'));
      return { encode: () => undefined, stop: () => undefined };
    });
    all.camera.playWithSound((await film).slice(0, 9 * FPS), await sound);
    const file = await record(all.prebuffer, true, 4);
    expect(await probeMp4(file)).toMatchObject({
      complaints: '',
      audio: 'aac LC 32000 1',
      loudestSample: 0,
    });
    const description = mp4Boxes(file).filter(({ type }) => type === 'moov');
    expect(description[0]?.content.includes(Buffer.of(0x05, 0x02, 0x12, 0x88))).toBe(true);
  });
});
