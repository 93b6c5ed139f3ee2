import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { type ProgramRun, runProgram } from '../../../device/capture/program-run.ts';
import { Pijuice, type PijuiceOptions } from '../../../device/health/pijuice/pijuice.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';

const MODULES = fileURLToPath(new URL('../../support/stand-in-pijuice', import.meta.url));
const resources = resourcesOfEachTest();

function setVariables(variables: Readonly<Record<string, string>>): void {
  Object.assign(process.env, variables);
  resources.onEnd('variables', () => {
    for (const name of Object.keys(variables)) Reflect.deleteProperty(process.env, name);
  });
}

/** One that counts how often Python is run. */
function pijuice(options: PijuiceOptions = {}) {
  let runs = 0;
  const { run = runProgram, ...others } = options;
  const counting: typeof runProgram = (...words) => {
    runs += 1;
    return run(...words);
  };
  return { gauge: new Pijuice({ run: counting, exists: () => true, ...others }), runs: () => runs };
}

test.each([
  ['NORMAL', 'NOT_PRESENT', { percent: 57, charging: false }],
  ['NORMAL', 'PRESENT', { percent: 57, charging: true }],
  ['CHARGING_FROM_IN', 'NOT_PRESENT', { percent: 57, charging: true }],
  ['NOT_PRESENT', 'PRESENT', undefined],
  ['broken', 'PRESENT', undefined],
])(
  'a battery that is %s, with power %s, is read by the module of its maker',
  async (battery, power, expected) => {
    setVariables({ PYTHONPATH: MODULES, STAND_IN_BATTERY: battery, STAND_IN_POWER: power });
    expect(await pijuice().gauge.read()).toEqual(expected);
  },
);

test('it is asked every five minutes only, and by all at once only once', async () => {
  let nowMs = 0;
  const answer: ProgramRun = { kind: 'timed-out' };
  const { gauge, runs } = pijuice({ run: () => Promise.resolve(answer), nowMs: () => nowMs });
  await Promise.all([gauge.read(), gauge.read()]);
  nowMs = 299_000;
  expect(await gauge.read()).toBeUndefined();
  expect(runs()).toBe(1);
  nowMs = 301_000;
  await gauge.read();
  expect(runs()).toBe(2);
});

test.each(['/dev/i2c-1', '/usr/lib/python3/dist-packages/pijuice.py'])(
  'without %s nothing is asked',
  async (missing) => {
    const { gauge, runs } = pijuice({ exists: (path) => path !== missing });
    expect(await gauge.read()).toBeUndefined();
    expect(runs()).toBe(0);
  },
);
