import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { leashed, type ProgramStart } from '../../foundation/leash.ts';

/** The `picam` of this very package, as a program that cannot outlive the one that starts it. */
export function picamCommand(words: readonly string[]): ProgramStart {
  // Built and unbuilt files lie in the same folders.
  const entry = new URL(`../../command-line/picam${extname(import.meta.filename)}`, import.meta.url);
  return leashed(process.execPath, [fileURLToPath(entry), ...words]);
}
