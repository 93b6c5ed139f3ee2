import { expect, test } from '@jest/globals';
import type { ProgramRun } from '../../../device/capture/program-run.ts';
import { powerHandlers } from '../../../device/commands/power-handlers.ts';

const COMMAND = { peer: 'me', session: '', data: {} };
const DONE: ProgramRun = { kind: 'ended', exitCode: 0, stdout: '', stderr: '' };

function handlersWith(allow: { reboot: boolean; shutdown: boolean }, result: ProgramRun = DONE) {
  const calls: string[] = [];
  const handlers = powerHandlers(allow, (program, args) => {
    calls.push([program, ...args].join(' '));
    return Promise.resolve(result);
  });
  return { handlers, calls };
}

test('what the configuration does not allow is forbidden, each by itself', async () => {
  const { handlers, calls } = handlersWith({ reboot: true, shutdown: false });
  await expect(handlers.shutdown(COMMAND)).rejects.toMatchObject({
    code: 'forbidden',
    message: expect.stringContaining('allow.shutdown: true'),
  });
  expect(calls).toEqual([]);
  expect(await handlers.reboot(COMMAND)).toEqual({});
  expect(calls).toEqual(['systemctl --no-block --no-ask-password reboot']);
});

test('shutdown switches the machine off', async () => {
  const { handlers, calls } = handlersWith({ reboot: false, shutdown: true });
  await handlers.shutdown(COMMAND);
  expect(calls).toEqual(['systemctl --no-block --no-ask-password poweroff']);
});

test('a system that refuses is told with its words', async () => {
  const refused: ProgramRun = { kind: 'ended', exitCode: 1, stdout: '', stderr: 'Access denied\n' };
  const { handlers } = handlersWith({ reboot: true, shutdown: true }, refused);
  await expect(handlers.reboot(COMMAND)).rejects.toMatchObject({
    code: 'internal',
    message: expect.stringContaining('Access denied'),
  });
});
