import { expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const LEAN_HEAP = new URL('../../command-line/lean-heap.ts', import.meta.url).href;
const MEGABYTE = 1024 * 1024;

/** Runs `script` in a process of its own, whose heap nobody else uses, and reads the number it prints. */
async function numberFrom(script: string): Promise<number> {
  const prelude = `
    import v8 from 'node:v8';
    import { keepHeapLean, keepPoolsSmall, tidyHeap } from '${LEAN_HEAP}';
    const young = () => v8.getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size;
    const allocate = (count) => Array.from({ length: count }, (_, n) => ({ n, text: 'x' + n }));
  `;
  const words = ['--no-warnings', '--input-type=module', '--eval', prelude + script];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  return Number(stdout);
}

test('the space for young objects grows with what is loaded, and stays small in a lean heap', async () => {
  const load = 'const loaded = allocate(500_000); console.log(young()); export { loaded };';
  expect(await numberFrom(load)).toBeGreaterThan(4 * MEGABYTE);
  expect(await numberFrom(`keepHeapLean(); ${load}`)).toBeLessThan(4 * MEGABYTE);
});

test('a small buffer that is kept keeps little else with it', async () => {
  const fillPools = "const kept = Array.from({ length: 20_000 }, () => Buffer.from('a small one'));";
  const pool = 'console.log(kept.at(-1).buffer.byteLength);';
  expect(await numberFrom(`keepPoolsSmall(); ${fillPools} ${pool}`)).toBe(8 * 1024);
});

test('tidying gives back what the heap no longer needs', async () => {
  const forget = 'allocate(500_000); const before = process.memoryUsage().heapTotal;';
  const printGivenBack = 'console.log(before - process.memoryUsage().heapTotal);';
  expect(await numberFrom(`${forget} tidyHeap(); ${printGivenBack}`)).toBeGreaterThan(10 * MEGABYTE);
});

test('tidying leaves no way to collect garbage behind', async () => {
  expect(await numberFrom(`tidyHeap(); console.log('gc' in globalThis ? 1 : 0)`)).toBe(0);
});
