import { execFile } from 'node:child_process';
import { leashed } from '../../foundation/leash.ts';
import { environmentWithoutSettings } from '../../foundation/program-environment.ts';

/** How a short run of a program went. */
export type ProgramRun =
  | { readonly kind: 'ended'; readonly exitCode: number; readonly stdout: string; readonly stderr: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'failed'; readonly problem: string };

/** Runs a program to its end; never rejects. */
export type RunProgram = (program: string, args: readonly string[], timeoutMs: number) => Promise<ProgramRun>;

const MAX_OUTPUT_BYTES = 256 * 1024;

/** Without a shell; killed when it takes longer. */
export const runProgram: RunProgram = (program, args, timeoutMs) =>
  new Promise((resolve) => {
    const options = {
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: MAX_OUTPUT_BYTES,
      env: environmentWithoutSettings(process.env),
    } as const;
    const start = leashed(program, args);
    const child = execFile(start.program, [...start.args], options, (error, stdout, stderr) => {
      if (!error) resolve({ kind: 'ended', exitCode: 0, stdout, stderr });
      else if (error.code === 'ENOENT') resolve({ kind: 'missing' });
      else if (typeof error.code === 'number')
        resolve({ kind: 'ended', exitCode: error.code, stdout, stderr });
      else if (error.killed) resolve({ kind: 'timed-out' });
      else resolve({ kind: 'failed', problem: error.message.slice(0, 200) });
    });
    child.stdin?.end();
  });
