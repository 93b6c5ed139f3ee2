import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import type { z } from 'zod';
import { errorCode } from '../foundation/error-code.ts';
import { describeError } from '../foundation/logger.ts';
import { type ConfigurationKey, FLAGS, SCALAR_KEYS, variableOf } from './configuration-keys.ts';
import { type Configuration, configurationSchema } from './configuration-schema.ts';
import { unknownKey } from './known-keys.ts';
import { valueInWords } from './value-words.ts';

export const DEFAULT_FILE = '/etc/picam/picam.yaml';

type Tree = Record<string, unknown>;

/** Everything that is wrong with a configuration, each on a line of its own. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join('\n'), options);
  }
}

export interface ConfigurationSources {
  /** From --config; without one the default file is read if it is there. */
  readonly file?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** By the flag's name without dashes. */
  readonly flags: ReadonlyMap<string, string>;
  readonly defaultFile?: string;
  /** Called instead of a refusal when the default file is there and this user may not read it. */
  readonly handleClosedDefault?: ((problem: string) => void) | undefined;
  /** Default: from the disk. */
  readonly readText?: (path: string) => string;
}

const WHY_UNREADABLE: Readonly<Partial<Record<string, string>>> = {
  ENOENT: 'is not there; check the path',
  EISDIR: 'is a folder; name the file in it',
  EACCES:
    'cannot be read by this user; type sudo before the command, or name a file of your own with --config',
};

/**
 * The file, over it the PICAM_ variables, over them the flags.
 * @throws ConfigurationError with all problems at once.
 */
export function readConfiguration(sources: ConfigurationSources): Configuration {
  const tree = readFile(sources);
  for (const key of SCALAR_KEYS) {
    const text = sources.environment[variableOf(key.path)];
    if (text !== undefined && text !== '') setAt(tree, key.path, valueOf(text, key));
  }
  for (const { flag, path } of FLAGS) {
    const text = sources.flags.get(flag);
    const key = SCALAR_KEYS.find((known) => known.path.join('.') === path);
    if (text !== undefined && key) setAt(tree, key.path, valueOf(text, key));
  }
  const parsed = configurationSchema.safeParse(tree, { error: valueInWords });
  if (parsed.success) return parsed.data;
  throw new ConfigurationError(
    parsed.error.issues.flatMap((issue) => describeIssue(issue, sources)),
    { cause: parsed.error },
  );
}

function readFile(sources: ConfigurationSources): Tree {
  const { file, defaultFile = DEFAULT_FILE, handleClosedDefault, readText = textOf } = sources;
  const path = file ?? defaultFile;
  let text: string;
  try {
    text = readText(path);
  } catch (cause) {
    const code = errorCode(cause);
    if (file === undefined && code === 'ENOENT') return {};
    const problem = `${path}: ${WHY_UNREADABLE[code] ?? `cannot be read (${describeError(cause)})`}.`;
    if (file !== undefined || code !== 'EACCES' || !handleClosedDefault)
      throw new ConfigurationError([problem], { cause });
    handleClosedDefault(problem);
    return {};
  }
  return parseTree(path, text);
}

function textOf(path: string): string {
  return readFileSync(path, 'utf8');
}

function parseTree(path: string, text: string): Tree {
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (cause) {
    throw new ConfigurationError([`${path}: is not YAML: ${firstLine(describeError(cause))}`], { cause });
  }
  if (value === null || value === undefined) return {};
  if (isTree(value)) return withoutNothing(value);
  throw new ConfigurationError([`${path}: must hold keys and values, such as "source: test".`]);
}

/** A key on the way that holds something else is left as it is: the check will say so. */
function setAt(tree: Tree, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    tree[key] = value;
    return;
  }
  const child = tree[key] ?? {};
  if (!isTree(child)) return;
  tree[key] = child;
  setAt(child, rest, value);
}

/** A key with nothing behind it, such as one whose lines were all made comments, says nothing. */
function withoutNothing(tree: Tree): Tree {
  const said = Object.entries(tree).filter(([, value]) => value !== null);
  return Object.fromEntries(said.map(([key, value]) => [key, isTree(value) ? withoutNothing(value) : value]));
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text that is no value of its kind stays one: the check will say what it should have been. */
function valueOf(text: string, { type }: ConfigurationKey): unknown {
  if (type === 'number') return numberOrText(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function numberOrText(text: string): number | string {
  const number = Number(text);
  return text.trim() === '' || Number.isNaN(number) ? text : number;
}

function describeIssue(issue: z.core.$ZodIssue, sources: ConfigurationSources): string[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${[...path, key].join('.')}: ${unknownKey(path, key)}`);
  }
  return [`${path.join('.') || 'the configuration'}: ${issue.message}${whereFrom(path, sources)}`];
}

/** Where a wrong value was set, when that was not in the file. */
function whereFrom(path: readonly string[], { flags, environment }: ConfigurationSources): string {
  const flag = FLAGS.find((known) => known.path === path.join('.') && flags.has(known.flag));
  if (flag) return ` (from --${flag.flag})`;
  const variable = variableOf(path);
  return environment[variable] === undefined ? '' : ` (from ${variable})`;
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}
