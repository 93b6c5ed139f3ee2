import { renameSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Loaded before a program (`node --import`) that `ProcessScale` weighs: upon a signal it collects all garbage and
 * writes what is left.
 */
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('globalThis.gc') as (options: object) => void;

/** What a finalizer lets go of is garbage of the next time. */
const COLLECTIONS = 3;

function collect(times: number, handleEnd: () => void): void {
  collectGarbage({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  if (times > 1) setImmediate(() => collect(times - 1, handleEnd));
  else setImmediate(handleEnd);
}

function write(file: string): void {
  const { heapUsed, external } = process.memoryUsage();
  const heapKb = Math.round((heapUsed + external) / 1024);
  writeFileSync(`${file}.new`, JSON.stringify({ heapKb, waiting: process.getActiveResourcesInfo() }));
  renameSync(`${file}.new`, file);
}

const file = process.env['MEASUREMENT_FILE'];
if (file !== undefined) process.on('SIGUSR2', () => collect(COLLECTIONS, () => write(file)));
