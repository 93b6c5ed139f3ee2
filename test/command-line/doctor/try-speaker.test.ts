import { expect, test } from '@jest/globals';
import { trySpeaker } from '../../../command-line/doctor/try-speaker.ts';
import { runProgram, type ProgramRun } from '../../../device/capture/program-run.ts';

test('a loudspeaker that is not there is told of in the words of ffmpeg', async () => {
  const fact = await trySpeaker('alsa:no-such-card', runProgram);
  expect(fact?.failure?.problem).toMatch(/^does not play \(ffmpeg said: .*no-such-card/u);
  expect(fact?.failure?.remedy).toContain('aplay -L');
});

test.each<[string, ProgramRun, RegExp | undefined]>([
  ['plays', { kind: 'ended', exitCode: 0, stdout: '', stderr: '' }, undefined],
  ['hangs', { kind: 'timed-out' }, /within 5 s/u],
  ['has no ffmpeg', { kind: 'missing' }, /without ffmpeg/u],
  ['cannot be tried', { kind: 'failed', problem: 'EACCES' }, /EACCES/u],
])('one that %s', async (_what, run, problem) => {
  const fact = await trySpeaker('pulse', () => Promise.resolve(run));
  if (problem) expect(fact?.failure?.problem).toMatch(problem);
  else expect(fact).toEqual({ spec: 'pulse' });
});

test.each(['off', 'file:/tmp/said.wav'])('nothing is tried for %s', async (spec) => {
  expect(await trySpeaker(spec, () => Promise.reject(new Error('not asked for')))).toBeUndefined();
});
