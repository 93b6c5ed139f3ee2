import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Logger } from '../../../foundation/logger.ts';
import type {
  CameraRecordingConfiguration,
  HAP,
  RecordingPacket,
} from '../../../homebridge-plugin/apple-home/hap.ts';
import { RecordingDelegate } from '../../../homebridge-plugin/apple-home/recording-delegate.ts';
import { SecureVideo } from '../../../homebridge-plugin/recording/secure-video.ts';
import { ManualClock } from '../../device/manual-clock.ts';
import { makeFilm } from '../../support/film.ts';
import { mp4Boxes } from '../../support/mp4.ts';
import { FilmCamera } from '../recording/film-camera.ts';

const FPS = 10;
const CONFIGURATION = {
  prebufferLength: 4_000,
  mediaContainerConfiguration: { fragmentLength: 4_000 },
} as CameraRecordingConfiguration;

class HDSProtocolError extends Error {
  readonly reason: number;
  constructor(reason: number) {
    super(`reason ${reason}`);
    this.reason = reason;
  }
}

const film = makeFilm({ seconds: 8, fps: FPS, gopPictures: FPS });
let lines: string[];
let camera: FilmCamera;
let isSoundWanted: boolean;
let delegate: RecordingDelegate;

beforeEach(() => {
  lines = [];
  isSoundWanted = false;
  const note = (message: string) => void lines.push(message);
  const logger: Logger = { debug: note, info: note, warn: note, error: note };
  const clock = new ManualClock();
  camera = new FilmCamera(clock, { fps: FPS });
  const secureVideo = new SecureVideo({ isReady: () => true, openView: camera.openView, clock, logger });
  delegate = new RecordingDelegate({
    hap: { HDSProtocolError } as unknown as HAP,
    secureVideo,
    isSoundWanted: () => isSoundWanted,
    stalledHubs: { drop: () => undefined },
    logger,
  });
});

async function prepare(): Promise<void> {
  delegate.updateRecordingConfiguration(CONFIGURATION);
  delegate.updateRecordingActive(true);
  camera.play(await film);
}

async function firstPart(): Promise<Buffer> {
  const parts = delegate.handleRecordingStreamRequest(1);
  const first: IteratorResult<RecordingPacket> = await parts.next();
  await parts.return(undefined);
  return first.done === true ? Buffer.alloc(0) : first.value.data;
}

function tracks(initialization: Buffer): number {
  const movie = mp4Boxes(initialization).find(({ type }) => type === 'moov');
  return mp4Boxes(movie?.content ?? Buffer.alloc(0)).filter(({ type }) => type === 'trak').length;
}

describe('the recording delegate', () => {
  test('asks for nothing before the hub has chosen and recording is on', async () => {
    delegate.updateRecordingConfiguration(CONFIGURATION);
    expect(camera.isWatched).toBe(false);
    await prepare();
    expect(camera.isWatched).toBe(true);
    delegate.updateRecordingConfiguration(undefined);
    expect(camera.isWatched).toBe(false);
  });

  test('has sound in a recording only when Home wants it', async () => {
    await prepare();
    expect(tracks(await firstPart())).toBe(1);
    isSoundWanted = true;
    expect(tracks(await firstPart())).toBe(2);
  });

  test('tells the hub and the log when there is nothing to record', async () => {
    const failure = delegate.handleRecordingStreamRequest(7).next();
    await expect(failure).rejects.toMatchObject({ reason: 5 });
    expect(lines.join('\n')).toContain('ended early: the camera is away, or nothing is to be recorded');
  });

  test.each([
    [0, 'the home hub ended recording 3'],
    [undefined, 'the home hub is gone, and recording 3 with it'],
    [3, 'recording 3 was closed: the home hub cancelled it'],
    [42, 'recording 3 was closed: for reason 42'],
  ])('says in words why a recording was closed (%s)', (reason, words) => {
    delegate.closeRecordingStream(3, reason);
    expect(lines.at(-1)).toContain(words);
  });
});
