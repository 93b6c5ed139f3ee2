import { describe, expect, test } from '@jest/globals';
import { silentLogger } from '../../../foundation/logger.ts';
import { SecureVideo } from '../../../homebridge-plugin/recording/secure-video.ts';
import { ManualClock } from '../../device/manual-clock.ts';
import { makeFilm } from '../../support/film.ts';
import { FilmCamera } from './film-camera.ts';

const FPS = 10;
const LENGTHS = { preRollMs: 4_000, fragmentMs: 4_000 };
const SOUND = new Array<Buffer>(100).fill(Buffer.of(0xf8, 1, 2));
const film = makeFilm({ seconds: 4, fps: FPS, gopPictures: FPS });

function setUp() {
  const clock = new ManualClock();
  const camera = new FilmCamera(clock, { fps: FPS });
  const readiness = { isReady: true };
  const encoders = { running: 0 };
  const secureVideo = new SecureVideo({
    isReady: () => readiness.isReady,
    openView: camera.openView,
    startEncoder: () => {
      encoders.running += 1;
      return { encode: () => undefined, stop: () => void (encoders.running -= 1) };
    },
    clock,
    logger: silentLogger,
  });
  return { clock, camera, encoders, readiness, secureVideo };
}

describe('what is kept for recordings', () => {
  test('is nothing until the hub has chosen how to record and recording is on', () => {
    const { camera, secureVideo } = setUp();
    secureVideo.setActive(true);
    expect(camera.isWatched).toBe(false);
    secureVideo.configure(LENGTHS);
    expect(camera.isWatched).toBe(true);
    secureVideo.setActive(false);
    expect(camera.isWatched).toBe(false);
    secureVideo.setActive(true);
    secureVideo.configure(undefined);
    expect({ watched: camera.isWatched, opened: camera.openedViews }).toEqual({ watched: false, opened: 2 });
  });

  test('is forgotten while the camera is away or private, and kept again afterwards', async () => {
    const { camera, readiness, secureVideo } = setUp();
    secureVideo.configure(LENGTHS);
    secureVideo.setActive(true);
    camera.play(await film);
    const { prebuffer } = secureVideo;
    expect(prebuffer?.bytes).toBeGreaterThan(0);
    readiness.isReady = false;
    secureVideo.refresh();
    expect({ bytes: prebuffer?.bytes, watched: camera.isWatched }).toEqual({ bytes: 0, watched: false });
    expect(secureVideo.prebuffer).toBeUndefined();
    readiness.isReady = true;
    secureVideo.refresh();
    expect(camera.isWatched).toBe(true);
  });

  test('goes on unbroken when the hub chooses the same again, and anew when it chooses otherwise', () => {
    const { camera, secureVideo } = setUp();
    secureVideo.configure(LENGTHS);
    secureVideo.setActive(true);
    secureVideo.configure({ ...LENGTHS });
    expect(camera.openedViews).toBe(1);
    secureVideo.configure({ ...LENGTHS, preRollMs: 8_000 });
    expect({ opened: camera.openedViews, watched: camera.isWatched }).toEqual({ opened: 2, watched: true });
  });

  test('has sound while it is wanted, and no encoder runs otherwise', async () => {
    const { camera, encoders, secureVideo } = setUp();
    const running: number[] = [];
    const play = async () => {
      camera.playWithSound((await film).slice(0, FPS), SOUND);
      running.push(encoders.running);
    };
    secureVideo.configure(LENGTHS);
    secureVideo.setActive(true);
    await play();
    secureVideo.setSoundWanted(true);
    await play();
    secureVideo.setSoundWanted(false);
    await play();
    secureVideo.setActive(false);
    secureVideo.setSoundWanted(true);
    secureVideo.setActive(true);
    await play();
    secureVideo.close();
    expect([...running, encoders.running]).toEqual([0, 1, 0, 1, 0]);
  });

  test('comes back when the view broke, less and less often while it fails', async () => {
    const { clock, camera, secureVideo } = setUp();
    secureVideo.configure(LENGTHS);
    secureVideo.setActive(true);
    const pausesMs: number[] = [];
    for (let failures = 0; failures < 7; failures += 1) {
      const before = clock.nowUs();
      camera.end();
      while (!camera.isWatched) clock.advance(500);
      pausesMs.push((clock.nowUs() - before) / 1_000);
    }
    expect(pausesMs).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    camera.play(await film);
    camera.end();
    clock.advance(2_000);
    expect(camera.isWatched).toBe(true);
  });

  test('leaves nothing behind when it is closed, also while it waits to come back', () => {
    const { clock, camera, secureVideo } = setUp();
    secureVideo.configure(LENGTHS);
    secureVideo.setActive(true);
    camera.end();
    secureVideo.close();
    secureVideo.refresh();
    expect({ timers: clock.pendingTimers, opened: camera.openedViews }).toEqual({ timers: 0, opened: 1 });
  });
});
