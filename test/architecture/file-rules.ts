import { MAY_IMPORT } from './import-rules.ts';
import { topFolder, type SourceFile, type Violation } from './source-files.ts';

const MOST_LINES = 250;
/** As the last word, that is: what a name ends with says what it is. */
const CATCH_ALL_WORDS = /(^|-)(utils?|helpers?|common|managers?|misc)$/;
const CATCH_ALL_NAMES = new Set(['types']);
const SWITCHED_OFF =
  /\b(it|test|describe)(\.each)?\.(skip|only|todo)\b|\b(xit|xtest|fit|fdescribe|xdescribe)\(/;

export function checkTopFolders(folders: readonly string[]): Violation[] {
  return folders
    .filter((folder) => !(folder in MAY_IMPORT))
    .map((folder) => ({
      where: `${folder}/`,
      found: 'is a folder nobody knows',
      rule: 'say in test/architecture/import-rules.ts what it may import',
    }));
}

export function checkNames(files: readonly SourceFile[]): Violation[] {
  return files
    .filter(({ path }) => path.split('/').some(isCatchAll))
    .map(({ path }) => ({
      where: path,
      found: 'has a name that fits anything',
      rule: 'no utils, helpers, common, manager, misc or types: name the one job',
    }));
}

export function checkLengths(files: readonly SourceFile[]): Violation[] {
  return files
    .filter(({ path }) => topFolder(path) !== 'test')
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > MOST_LINES)
    .map(({ path, lines }) => ({
      where: path,
      found: `has ${lines} lines`,
      rule: `at most ${MOST_LINES}: does it have one job?`,
    }));
}

export function checkSwitchedOffTests(files: readonly SourceFile[]): Violation[] {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      const match = SWITCHED_OFF.exec(line);
      if (!match) return [];
      return [{ where: `${path}:${index + 1}`, found: `has ${match[0]}`, rule: 'every test runs, always' }];
    }),
  );
}

function isCatchAll(level: string): boolean {
  const name = level.split('.')[0] ?? '';
  return CATCH_ALL_WORDS.test(name) || CATCH_ALL_NAMES.has(name);
}
