import { describe, expect, test } from '@jest/globals';
import { silentLogger } from '../../../../foundation/logger.ts';
import type { EncoderEvents } from '../../../../homebridge-plugin/recording/sound/aac-encoder.ts';
import { RecordedSound } from '../../../../homebridge-plugin/recording/sound/recorded-sound.ts';
import { ManualClock } from '../../../device/manual-clock.ts';

const OPUS_20_MS = Buffer.of(0xf8, 1, 2);
const EPOCH_MS = 1_800_000_000_000;
const NO_WAIT = { timeoutMs: 0, signal: AbortSignal.abort() };
/** One frame of AAC is as long as 1.6 packets. */
const PACKETS = 16;
const FRAMES = 10;

class FakeEncoder {
  given = 0;
  isStopped = false;
  readonly events: EncoderEvents;

  constructor(events: EncoderEvents) {
    this.events = events;
  }

  encode(): void {
    this.given += 1;
  }

  stop(): void {
    this.isStopped = true;
  }
}

function setUp() {
  const clock = new ManualClock();
  const encoders: FakeEncoder[] = [];
  const warnings: string[] = [];
  const sound = new RecordedSound({
    keptMs: 16_000,
    pictureTicksAt: (timestamp) => timestamp,
    startEncoder: (events) => {
      const encoder = new FakeEncoder(events);
      encoders.push(encoder);
      return encoder;
    },
    clock,
    logger: { ...silentLogger, warn: (message) => void warnings.push(message) },
  });
  let packets = 0;
  const hear = (count: number) => {
    for (let nth = 0; nth < count; nth += 1) {
      sound.handlePacket({ index: packets, timestamp: packets * 960, marker: false, payload: OPUS_20_MS });
      packets += 1;
    }
  };
  const give = (count: number) => {
    for (let nth = 0; nth < count; nth += 1) encoders.at(-1)?.events.handleFrame(Buffer.alloc(10, nth));
  };
  const tellClocks = () => {
    sound.handleClock('video', { timestamp: 0, epochMs: EPOCH_MS });
    sound.handleClock('audio', { timestamp: 0, epochMs: EPOCH_MS });
  };
  return { clock, encoders, warnings, sound, hear, give, tellClocks };
}

describe('the sound of recordings', () => {
  test('is not encoded until somebody wants it and the camera has said what its timestamps mean', () => {
    const { encoders, sound, hear, tellClocks } = setUp();
    tellClocks();
    hear(5);
    sound.setWanted(true);
    sound.restart();
    hear(5);
    expect(encoders).toEqual([]);
    tellClocks();
    hear(5);
    expect(encoders).toMatchObject([{ given: 5 }]);
  });

  test('is there from where it begins on, and silent elsewhere', async () => {
    const { sound, hear, give, tellClocks } = setUp();
    tellClocks();
    sound.setWanted(true);
    hear(PACKETS);
    give(1 + FRAMES);
    const frames = await sound.frames(-1, FRAMES + 1, NO_WAIT);
    expect(frames.map((frame) => frame?.[0])).toEqual([undefined, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, undefined]);
  });

  test('is as much later as the camera says that it is, not as its timestamps are', async () => {
    const { sound, hear, give } = setUp();
    sound.handleClock('video', { timestamp: 0, epochMs: EPOCH_MS });
    sound.handleClock('audio', { timestamp: 0, epochMs: EPOCH_MS + 320 });
    sound.setWanted(true);
    hear(PACKETS);
    give(2);
    expect((await sound.frames(9, 12, NO_WAIT)).map((frame) => frame?.[0])).toEqual([
      undefined,
      1,
      undefined,
    ]);
  });

  test('is forgotten and its encoder ends once nobody wants it any more', async () => {
    const { encoders, sound, hear, give, tellClocks } = setUp();
    tellClocks();
    sound.setWanted(true);
    hear(PACKETS);
    give(FRAMES);
    sound.setWanted(false);
    hear(5);
    expect({ bytes: sound.bytes, encoders }).toMatchObject({ bytes: 0, encoders: [{ isStopped: true }] });
    expect(await sound.frames(0, 2, NO_WAIT)).toEqual([undefined, undefined]);
    sound.setWanted(true);
    hear(5);
    expect(encoders).toHaveLength(2);
  });

  test('pauses when the encoder fails, longer each time, and only the first failure is told', () => {
    const { clock, encoders, warnings, sound, hear, tellClocks } = setUp();
    tellClocks();
    sound.setWanted(true);
    const pausesMs: number[] = [];
    for (let failures = 0; failures < 10; failures += 1) {
      hear(1);
      const started = encoders.length;
      const beforeUs = clock.nowUs();
      encoders.at(-1)?.events.handleEnd('ffmpeg is not installed');
      while (encoders.length === started) {
        clock.advance(1_000);
        hear(1);
      }
      pausesMs.push((clock.nowUs() - beforeUs) / 1_000);
    }
    expect(pausesMs).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map((pauseS) => pauseS * 1_000));
    expect(warnings).toEqual(['recordings in Apple Home are silent: ffmpeg is not installed']);
  });

  test('tells of a failure again after it was there for a while', () => {
    const { clock, encoders, warnings, sound, hear, give, tellClocks } = setUp();
    tellClocks();
    sound.setWanted(true);
    for (const round of [1, 2]) {
      for (let nth = 0; nth < 40; nth += 1) {
        hear(PACKETS);
        give(FRAMES);
      }
      encoders.at(-1)?.events.handleEnd(`failure ${round}`);
      clock.advance(2_000);
    }
    expect(warnings).toEqual([expect.stringContaining('failure 1'), expect.stringContaining('failure 2')]);
  });

  test('does not wait for an encoder that hangs, and takes no more memory for it', () => {
    const { clock, encoders, warnings, sound, hear, tellClocks } = setUp();
    tellClocks();
    sound.setWanted(true);
    hear(1_000);
    expect(encoders).toMatchObject([{ given: 249, isStopped: true }]);
    expect(warnings).toEqual([expect.stringContaining('does not keep up')]);
    sound.close();
    expect(clock.pendingTimers).toBe(0);
  });

  test('leaves the places of lost packets empty', async () => {
    const { sound, hear, give, tellClocks } = setUp();
    tellClocks();
    sound.setWanted(true);
    hear(PACKETS);
    sound.handlePacket({ index: 0, timestamp: 960 * 3 * PACKETS, marker: false, payload: OPUS_20_MS });
    give(2 + FRAMES);
    const frames = await sound.frames(0, 3 * FRAMES + 1, NO_WAIT);
    expect(frames.flatMap((frame, place) => (frame ? [place] : []))).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 30,
    ]);
  });

  test('closes with the recordings, and leaves what is there for the last of them', async () => {
    const { encoders, sound, hear, give, tellClocks } = setUp();
    tellClocks();
    sound.setWanted(true);
    hear(PACKETS);
    give(2);
    sound.close();
    hear(PACKETS);
    expect(encoders).toMatchObject([{ isStopped: true }]);
    expect(await sound.frames(0, 2, NO_WAIT)).toEqual([Buffer.alloc(10, 1), undefined]);
  });
});
