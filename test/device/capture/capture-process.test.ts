import { afterEach, describe, expect, test } from '@jest/globals';
import { type CaptureCommand, CaptureProcess } from '../../../device/capture/capture-process.ts';
import { type Clock, systemClock } from '../../../device/capture/clock.ts';
import { SourceError } from '../../../device/capture/source-error.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import type { AccessUnit } from '../../../media/access-unit.ts';
import { ManualClock } from '../manual-clock.ts';

const UNIT: AccessUnit = { nalUnits: [Buffer.from('6588', 'hex')], captureTimeUs: 0, isKeyframe: true };
const started: CaptureProcess[] = [];

afterEach(async () => {
  for (const process of started.splice(0)) await process.stop();
});

/** Runs a Node script as the program; each chunk of its output counts as one access unit. */
function run(
  script: string,
  options: {
    readonly clock?: Clock;
    readonly command?: Partial<CaptureCommand>;
    readonly push?: () => never;
    readonly handleAccessUnit?: () => void;
  } = {},
) {
  let resolveEnd: (error: SourceError) => void;
  let resolveUnit: () => void;
  const ended = new Promise<SourceError>((resolve) => (resolveEnd = resolve));
  const received = new Promise<void>((resolve) => (resolveUnit = resolve));
  let ends = 0;
  const capture = new CaptureProcess({
    command: {
      program: process.execPath,
      args: ['-e', script],
      whenMissing: 'install it',
      ...options.command,
    },
    reader: { push: options.push ?? (() => [UNIT]) },
    clock: options.clock ?? systemClock,
    logger: silentLogger,
    handleAccessUnit: () => {
      options.handleAccessUnit?.();
      resolveUnit();
    },
    handleEnd: (error) => {
      ends += 1;
      resolveEnd(error);
    },
  });
  started.push(capture);
  capture.start();
  return { capture, ended, received, ends: () => ends };
}

const WRITE_FOREVER = 'setInterval(() => process.stdout.write("x"), 10);';

describe('a program that ends by itself', () => {
  test('is told with its last words and its exit status', async () => {
    const { ended } = run('console.error("ERROR: no cameras available"); process.exitCode = 255;');
    expect((await ended).message).toMatch(/exit status 255.*it said: ERROR: no cameras available/);
  });

  test('is explained by its owner where he can', async () => {
    const explain = (said: string) =>
      said.includes('busy') ? new SourceError('the camera is in use') : undefined;
    const { ended } = run('console.error("device busy")', { command: { explain } });
    expect((await ended).message).toBe('the camera is in use');
  });

  test('says only its last lines, however much it said', async () => {
    const { ended } = run('for (let i = 0; i < 20000; i++) console.error("line " + i + "x".repeat(500));');
    const { message } = await ended;
    expect(message).toContain('line 19999');
    expect(message.length).toBeLessThan(2000);
  });

  test('that is not installed says what to type', async () => {
    const { ended } = run('', { command: { program: 'no-such-program-of-picam' } });
    expect((await ended).message).toBe('install it');
  });
});

describe('a program that must be ended', () => {
  test('is asked and gone when stop resolves, and its end is not a failure', async () => {
    const { capture, received, ends } = run(WRITE_FOREVER);
    await received;
    await capture.stop();
    await capture.stop();
    expect(ends()).toBe(0);
  });

  test('is killed when it does not listen', async () => {
    const clock = new ManualClock();
    const { capture, received } = run(`process.on('SIGINT', () => {}); ${WRITE_FOREVER}`, { clock });
    await received;
    const stopping = capture.stop();
    clock.advance(2000);
    await stopping;
    expect(clock.pendingTimers).toBe(0);
  });

  test('is killed when it says nothing for ten seconds', async () => {
    const clock = new ManualClock();
    const { ended } = run('setInterval(() => {}, 1000)', { clock });
    clock.advance(10_000);
    expect((await ended).message).toMatch(/gave no pictures for 10 s/);
  });

  test('is killed when its output cannot be read', async () => {
    const push = () => {
      throw new Error('not video');
    };
    const { ended } = run(WRITE_FOREVER, { push });
    expect(await ended).toMatchObject({ message: expect.stringContaining('cannot be read') });
  });

  test('is killed when its pictures are refused, with the reason', async () => {
    const handleAccessUnit = () => {
      throw new SourceError('it has B-frames', { isFinal: true });
    };
    const { ended, ends } = run(WRITE_FOREVER, { handleAccessUnit });
    expect((await ended).message).toBe('it has B-frames');
    expect(ends()).toBe(1);
  });
});

test('programs get no PICAM_ settings, which hold passwords', async () => {
  process.env['PICAM_TEST_PASSWORD'] = 'secret';
  try {
    const { ended } = run('console.error("password: " + process.env.PICAM_TEST_PASSWORD)');
    expect((await ended).message).toContain('password: undefined');
  } finally {
    delete process.env['PICAM_TEST_PASSWORD'];
  }
});
