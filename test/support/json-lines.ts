import { existsSync, readFileSync } from 'node:fs';

/** What a stand-in has logged: the whole lines of a file that is perhaps not there yet. */
export function readJsonLines<T>(file: string): T[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as T);
}
