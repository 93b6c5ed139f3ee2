import type { z } from 'zod';
import { SCALAR_KEYS, unwrapped, variableOf } from './configuration-keys.ts';
import { configurationSchema } from './configuration-schema.ts';
import { foldedName, nearestName } from './nearest-name.ts';

const PREFIX = 'PICAM_';
const SCALAR_VARIABLES = SCALAR_KEYS.map(({ path }) => variableOf(path));

/** Why a key that nobody knows is wrong, what is likely to be meant, and what may be there. */
export function unknownKey(path: readonly string[], key: string): string {
  const known = namesAt(path);
  const hint = hintFor(key, known);
  return `is not a known key; ${hint === undefined ? 'known' : `${hint} Known`} here are ${known.join(', ')}.`;
}

/** Each variable that looks like a setting and is none, in words. */
export function strayVariables(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith(PREFIX) && !SCALAR_VARIABLES.includes(name))
    .flatMap((name) => strayVariable(name) ?? []);
}

/** One that looks like no setting at all may be somebody else's. */
function strayVariable(name: string): string | undefined {
  const key = pathsBelow(configurationSchema, []).find((path) => variableOf(path) === name);
  if (key)
    return `${name} does nothing: ${key.join('.')} is more than one value, which only the file can hold.`;
  const meant = variablesLike(name.slice(PREFIX.length)).map((words) => PREFIX + words);
  return meant.length === 0
    ? undefined
    : `${name} is not a known variable and does nothing; is ${either(meant)} meant?`;
}

/** Without their prefix. */
function variablesLike(words: string): readonly string[] {
  const known = SCALAR_VARIABLES.map((variable) => variable.slice(PREFIX.length));
  const near = nearestName(words, known);
  return near === undefined ? known.filter((one) => one.endsWith(`_${words}`)) : [near];
}

function hintFor(key: string, known: readonly string[]): string | undefined {
  const paths = pathsBelow(configurationSchema, []);
  const written = paths.find((path) => path.length > 1 && path.join('.') === key);
  if (written) return `write it as ${nested(written)}.`;
  const near = nearestName(key, known);
  if (near !== undefined) return `is ${near} meant?`;
  const elsewhere = paths.filter((path) => foldedName(path.at(-1) ?? '') === foldedName(key));
  return elsewhere.length === 0 ? undefined : `is ${either(elsewhere.map((path) => path.join('.')))} meant?`;
}

/** `video: { fps: … }` */
function nested([key = '', ...rest]: readonly string[]): string {
  return rest.length === 0 ? `${key}: …` : `${key}: { ${nested(rest)} }`;
}

export function either(words: readonly string[]): string {
  return words.join(', ').replace(/, ([^,]*)$/u, ' or $1');
}

/** Names of what may stand at `path`, which may lead through the entries of a list. */
function namesAt(path: readonly string[]): readonly string[] {
  const schema = path.reduce<z.core.$ZodType | undefined>(schemaBelow, configurationSchema);
  return schema ? Object.keys(shapeOf(schema)) : [];
}

function schemaBelow(schema: z.core.$ZodType | undefined, key: string): z.core.$ZodType | undefined {
  if (!schema) return undefined;
  const { def } = unwrapped(schema)._zod;
  return def.type === 'array' ? (def as z.core.$ZodArrayDef).element : shapeOf(schema)[key];
}

/** Every key, those with keys below them too. */
function pathsBelow(schema: z.core.$ZodType, path: readonly string[]): readonly (readonly string[])[] {
  return Object.entries(shapeOf(schema)).flatMap(([key, value]) => {
    const own = [...path, key];
    return [own, ...pathsBelow(value, own)];
  });
}

function shapeOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> {
  const { def } = unwrapped(schema)._zod;
  if (def.type === 'object') return (def as z.core.$ZodObjectDef).shape;
  // Of a choice of several, the keys of all.
  if (def.type !== 'union') return {};
  return Object.assign({}, ...(def as z.core.$ZodUnionDef).options.map(shapeOf)) as Record<
    string,
    z.core.$ZodType
  >;
}
