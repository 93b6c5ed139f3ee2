import { afterEach, describe, expect, test } from '@jest/globals';
import { audioSettingsSchema } from '../../../device/audio/audio-settings.ts';
import { microphoneCommand, type Microphone } from '../../../device/audio/microphone-command.ts';
import { explainMicrophoneFailure } from '../../../device/audio/microphone-failures.ts';
import { MicrophoneSource } from '../../../device/audio/microphone-source.ts';
import type { OpusFrame } from '../../../device/audio/opus-frame.ts';
import { systemClock } from '../../../device/capture/clock.ts';
import type { SourceError } from '../../../device/capture/source-error.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { decodeOpus, shareOfTone } from '../../support/opus-sound.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { childrenNamed } from '../child-processes.ts';

const PATIENCE_MS = 20_000;
const SETTINGS = audioSettingsSchema.parse({ source: 'test' });
const started: MicrophoneSource[] = [];

afterEach(async () => {
  for (const source of started.splice(0)) await source.stop();
});

function start(microphone: Microphone, settings = SETTINGS) {
  const source = new MicrophoneSource(microphone, settings, systemClock, silentLogger);
  const frames: OpusFrame[] = [];
  const ends: SourceError[] = [];
  started.push(source);
  source.start({
    handleAccessUnit: (frame) => frames.push(frame),
    handleEnd: (error) => ends.push(error),
  });
  return { source, frames, ends };
}

describe('the test tone', () => {
  test('is 440 Hz of Opus in packets of 20 ms, as fast as time passes, until it is stopped', async () => {
    const { source, frames, ends } = start({ kind: 'test' });
    await waitUntil('two seconds of sound', () => frames.length >= 100, PATIENCE_MS);
    await source.stop();
    const [first, last] = [frames[0], frames.at(-1)];
    const spanMs = ((last?.arrivedAtUs ?? 0) - (first?.arrivedAtUs ?? 0)) / 1000;
    // A busy machine may begin late and catch up; without a pace of its own all of it would come at once.
    expect(spanMs).toBeGreaterThan((frames.length - 1) * 10);
    const samples = await decodeOpus(frames.map(({ opus }) => opus));
    expect(samples.length).toBeGreaterThan(90 * 960);
    expect(shareOfTone(samples.subarray(9_600), 440)).toBeGreaterThan(0.95);
    expect(shareOfTone(samples.subarray(9_600), 660)).toBeLessThan(0.05);
    expect(await childrenNamed('ffmpeg')).toEqual([]);
    expect(ends).toEqual([]);
  });

  test('is louder with a gain, and has the bit rate that was asked for', async () => {
    const settings = { ...SETTINGS, bitrateKbps: 64, gainDb: 12 };
    const { frames } = start({ kind: 'test' }, settings);
    await waitUntil('half a second of sound', () => frames.length >= 25, PATIENCE_MS);
    expect(new Set(frames.map(({ opus }) => opus.length))).toEqual(new Set([160]));
    const samples = await decodeOpus(frames.map(({ opus }) => opus));
    const peak = samples.subarray(9_600).reduce((most, sample) => Math.max(most, sample), 0);
    // The tone has an eighth of the full amplitude; 12 dB are about four times that.
    expect(peak).toBeGreaterThan(0.4);
    expect(peak).toBeLessThan(0.6);
  });

  test('tells when its program is gone', async () => {
    const { frames, ends } = start({ kind: 'test' });
    await waitUntil('sound', () => frames.length > 0, PATIENCE_MS);
    for (const pid of await childrenNamed('ffmpeg')) process.kill(pid, 'SIGKILL');
    const error = await waitUntil('the end', () => ends[0], PATIENCE_MS);
    expect(error.message).toContain('ffmpeg ended by itself (signal SIGKILL)');
  });
});

describe('a microphone that is not there', () => {
  test('is told with what to type to find its name', async () => {
    const { ends } = start({ kind: 'alsa', device: 'hw:CARD=Nowhere' });
    const error = await waitUntil('the end', () => ends[0], PATIENCE_MS);
    expect(error.message).toMatch(/microphone alsa:hw:CARD=Nowhere is not there.*arecord -L/u);
  });

  test('is told when no sound server runs', async () => {
    const { PULSE_SERVER: server } = process.env;
    process.env['PULSE_SERVER'] = 'unix:/nowhere';
    const { ends } = start({ kind: 'pulse', device: 'default' });
    if (server === undefined) delete process.env['PULSE_SERVER'];
    else process.env['PULSE_SERVER'] = server;
    const error = await waitUntil('the end', () => ends[0], PATIENCE_MS);
    expect(error.message).toMatch(/no PulseAudio or PipeWire runs.*alsa:default/u);
  });
});

describe('what ffmpeg says of a microphone', () => {
  const alsa: Microphone = { kind: 'alsa', device: 'hw:1' };
  const pulse: Microphone = { kind: 'pulse', device: 'mic' };

  test.each([
    [alsa, 'cannot open audio device hw:1 (Device or resource busy) / hw:1: Input/output error', /fuser/u],
    [alsa, 'cannot open audio device hw:1 (Permission denied) / hw:1: Input/output error', /-aG audio/u],
    [alsa, 'cannot set channel count to 1 (Invalid argument) / hw:1: Input/output error', /plughw/u],
    [pulse, 'mic: Input/output error', /pactl list short sources/u],
    [alsa, "Unknown encoder 'libopus'", /sudo apt install ffmpeg/u],
    [pulse, "Unknown input format: 'pulse'", /sudo apt install ffmpeg/u],
  ])('of %j: %s', (microphone, said, means) => {
    expect(explainMicrophoneFailure(said, microphone)?.message).toMatch(means);
  });

  test('and nobody knows is left to its own words', () => {
    expect(explainMicrophoneFailure('the moon is full', alsa)).toBeUndefined();
  });
});

test('PulseAudio is asked for short pieces, as its own choice would be late', () => {
  const { args } = microphoneCommand({ kind: 'pulse', device: 'mic' }, SETTINGS);
  expect(args.join(' ')).toContain('-f pulse -fragment_size 1920 -ar 48000 -ac 1 -i mic');
});
