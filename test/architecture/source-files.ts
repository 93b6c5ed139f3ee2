import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface SourceFile {
  /** From the root of the project, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** What went against a rule: where, what was found there, and the rule. */
export interface Violation {
  readonly where: string;
  readonly found: string;
  readonly rule: string;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SOURCE_NAME = /\.(ts|mts|mjs|js)$/;
const NOT_OURS = new Set(['node_modules', 'dist', 'coverage']);

/** Every source file of the project. */
export function readSourceFiles(): SourceFile[] {
  return topFolders().flatMap((folder) => sourcePaths(folder).map(readSource));
}

/** The folders at the root that are part of the project. */
export function topFolders(): string[] {
  return readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !NOT_OURS.has(entry.name))
    .map((entry) => entry.name);
}

export function describeViolations(violations: readonly Violation[]): string {
  return violations.map(({ where, found, rule }) => `${where}: ${found} – ${rule}`).join('\n');
}

export function topFolder(path: string): string {
  return path.slice(0, path.indexOf('/'));
}

function readSource(path: string): SourceFile {
  return { path, text: readFileSync(join(ROOT, path), 'utf8') };
}

function sourcePaths(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return sourcePaths(path);
    return SOURCE_NAME.test(entry.name) ? [path] : [];
  });
}
