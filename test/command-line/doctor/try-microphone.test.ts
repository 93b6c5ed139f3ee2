import { describe, expect, test } from '@jest/globals';
import { tryMicrophone } from '../../../command-line/doctor/try-microphone.ts';
import { audioSettingsSchema } from '../../../device/audio/audio-settings.ts';
import { type ProgramRun, runProgram } from '../../../device/capture/program-run.ts';

const settings = (source: string) => audioSettingsSchema.parse({ source });

describe('the doctor and the microphone', () => {
  test('do not meet when none is configured', async () => {
    const run = () => Promise.reject(new Error('nothing was to be run'));
    expect(await tryMicrophone(settings('off'), run)).toBeUndefined();
  });

  test('meet for a moment, as the camera would meet it', async () => {
    expect(await tryMicrophone(settings('test'), runProgram)).toEqual({ spec: 'test' });
    expect(await tryMicrophone(settings('alsa:hw:CARD=Nowhere'), runProgram)).toMatchObject({
      spec: 'alsa:hw:CARD=Nowhere',
      failure: { problem: 'is not there', remedy: expect.stringContaining('arecord -L') },
    });
  });

  test.each<[string, ProgramRun, RegExp]>([
    ['there is no ffmpeg', { kind: 'missing' }, /without ffmpeg/u],
    ['it gives nothing', { kind: 'timed-out' }, /no sound within 5 s/u],
    ['the program fails', { kind: 'failed', problem: 'EPERM' }, /EPERM/u],
    [
      'it says what nobody knows',
      { kind: 'ended', exitCode: 1, stdout: '', stderr: 'the moon\nis full\n' },
      /ffmpeg said: the moon is full/u,
    ],
  ])('say so when %s', async (_, run, problem) => {
    const fact = await tryMicrophone(settings('pulse:default'), () => Promise.resolve(run));
    expect(fact?.failure?.problem).toMatch(problem);
    expect(fact?.failure?.remedy).not.toBe('');
  });
});
