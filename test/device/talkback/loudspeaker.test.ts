import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Loudspeaker } from '../../../device/talkback/loudspeaker.ts';
import { speakerWords } from '../../../device/talkback/speaker-command.ts';
import { parseSpeakerSpec } from '../../../device/talkback/speaker-spec.ts';
import { silentLogger, type Logger } from '../../../foundation/logger.ts';
import { makeOpus, shareOfTone } from '../../support/opus-sound.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { readWav } from '../../support/wav.ts';
import { childrenNamed } from '../child-processes.ts';
import { ManualClock } from '../manual-clock.ts';

const resources = resourcesOfEachTest();
let tone: Buffer[];

beforeAll(async () => {
  tone = await makeOpus('0.5*sin(2*PI*660*t)', 1);
});

function setUp(device?: { readonly kind: 'alsa'; readonly device: string }) {
  const folder = mkdtempSync(join(tmpdir(), 'picam-speaker-'));
  resources.onEnd(folder, () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'said.wav');
  const clock = new ManualClock();
  const warnings: string[] = [];
  const logger: Logger = { ...silentLogger, warn: (text) => void warnings.push(text) };
  const speaker = device ?? ({ kind: 'file', path } as const);
  const loudspeaker = resources.own(new Loudspeaker({ speaker, logger, clock }));
  return { path, clock, warnings, loudspeaker };
}

describe('a loudspeaker', () => {
  test('plays what it is given, and lets go of the device when it has been quiet', async () => {
    const { path, clock, loudspeaker } = setUp();
    expect(await childrenNamed('ffmpeg')).toEqual([]);
    for (const opus of tone) loudspeaker.play(opus);
    clock.advance(2_000);
    await waitUntil('the end', async () => (await childrenNamed('ffmpeg')).length === 0);
    const { samples, rate } = readWav(readFileSync(path));
    expect(rate).toBe(48_000);
    expect(samples.length / rate).toBeGreaterThan(0.9);
    expect(shareOfTone(samples.subarray(4_800), 660)).toBeGreaterThan(0.9);
  });

  test('keeps no more than it can play in time, and passes over what is no Opus', async () => {
    const { path, loudspeaker } = setUp();
    loudspeaker.play(Buffer.alloc(0));
    expect(existsSync(path)).toBe(false);
    for (let n = 0; n < 100; n += 1) for (const opus of tone) loudspeaker.play(opus);
    await loudspeaker.close();
    const { samples, rate } = readWav(readFileSync(path));
    expect(samples.length / rate).toBeLessThan(20);
  });

  test('that is not there is told once in words, and left alone for a while', async () => {
    const { clock, warnings, loudspeaker } = setUp({ kind: 'alsa', device: 'no-such-card' });
    const talk = () => tone.forEach((opus) => loudspeaker.play(opus));
    talk();
    await waitUntil('the warning', () => warnings.length === 1);
    expect(warnings[0]).toMatch(/loudspeaker alsa:no-such-card does not play.*audio\.speaker/u);
    talk();
    expect(await childrenNamed('ffmpeg')).toEqual([]);
    clock.advance(10_000);
    talk();
    await waitUntil('another try', () => warnings.length === 2);
  });

  test('leaves no program behind when it is closed', async () => {
    const { loudspeaker } = setUp();
    for (const opus of tone) loudspeaker.play(opus);
    await loudspeaker.close();
    expect(await childrenNamed('ffmpeg')).toEqual([]);
    for (const opus of tone) loudspeaker.play(opus);
    expect(await childrenNamed('ffmpeg')).toEqual([]);
  });

  test('is one program at a time: the next begins when the one before has ended, and loses nothing', async () => {
    const { path, loudspeaker } = setUp();
    for (const opus of tone) loudspeaker.play(opus);
    loudspeaker.finish();
    const before = await childrenNamed('ffmpeg');
    for (const opus of tone) {
      loudspeaker.play(opus);
      expect((await childrenNamed('ffmpeg')).length).toBeLessThanOrEqual(1);
    }
    await waitUntil('the next program', async () => {
      const [pid] = await childrenNamed('ffmpeg');
      return pid !== undefined && !before.includes(pid);
    });
    await loudspeaker.close();
    const { samples, rate } = readWav(readFileSync(path));
    expect(samples.length / rate).toBeGreaterThan(0.9);
  });

  test('is silent at once when it is told so, and plays on later', async () => {
    const { path, warnings, loudspeaker } = setUp();
    for (const opus of tone) loudspeaker.play(opus);
    loudspeaker.finish();
    for (const opus of tone) loudspeaker.play(opus);
    loudspeaker.silence();
    await waitUntil('the end', async () => (await childrenNamed('ffmpeg')).length === 0);
    rmSync(path, { force: true });
    for (const opus of tone) loudspeaker.play(opus);
    await loudspeaker.close();
    expect(readWav(readFileSync(path)).samples.length).toBeGreaterThan(0);
    expect(warnings).toEqual([]);
  });
});

describe('a loudspeaker is named', () => {
  test.each([
    ['off', { kind: 'off' }],
    ['alsa', { kind: 'alsa', device: 'default' }],
    ['alsa:plughw:1,0', { kind: 'alsa', device: 'plughw:1,0' }],
    ['pulse:alsa_output.usb', { kind: 'pulse', device: 'alsa_output.usb' }],
    ['file:/tmp/said.wav', { kind: 'file', path: '/tmp/said.wav' }],
    ['file:said.wav', undefined],
    ['file:/etc/passwd', undefined],
    ['oss:/dev/dsp', undefined],
    ['alsa:two words', undefined],
    [`alsa:${'a'.repeat(300)}`, undefined],
  ])('%s', (spec, speaker) => {
    expect(parseSpeakerSpec(spec)).toEqual(speaker);
  });

  test('and ffmpeg is told so', () => {
    expect(speakerWords({ kind: 'alsa', device: 'plughw:1,0' }).slice(-3)).toEqual([
      '-f',
      'alsa',
      'plughw:1,0',
    ]);
    expect(speakerWords({ kind: 'pulse', device: 'usb' }).join(' ')).toContain(
      '-f pulse -buffer_duration 60',
    );
  });
});
