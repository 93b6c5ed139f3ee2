import type { z } from 'zod';
import { either } from './known-keys.ts';
import { nearestName } from './nearest-name.ts';

const KINDS: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'keys with values',
};
const MANY_VALUES: ReadonlySet<string> = new Set(['array', 'tuple', 'object']);
const MISSING = 'must be there';
const FORMATS: Readonly<Record<string, string>> = { ipv4: 'an IPv4 address', ipv6: 'an IPv6 address' };

/** What is wrong with a value of the configuration, as a sentence that follows its key; undefined: as zod says it. */
export function valueInWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return ofType(issue);
    case 'invalid_value':
      return ofChoice(issue.values.map(String), issue.input);
    case 'too_small':
      return ofLimit(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum);
    case 'too_big':
      return ofLimit(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum);
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return FORMATS[issue.format] && `must be ${FORMATS[issue.format]}`;
    case 'invalid_union':
      if (issue.input === undefined) return MISSING;
      return issue.errors.length === 0 ? undefined : ofSeveral(issue.errors);
    default:
      return undefined;
  }
}

/** A text itself is told only where it cannot be a secret. */
function ofType({
  expected,
  input,
}: z.core.$ZodRawIssue & { readonly expected: string }): string | undefined {
  const wanted = KINDS[expected];
  if (wanted === undefined) return undefined;
  if (input === undefined) return MISSING;
  if (expected === 'int') return 'must be a whole number';
  if (expected === 'string') return `must be text, not ${kindOf(input)}; put it between quotes`;
  const isTold = typeof input === 'string' && !MANY_VALUES.has(expected);
  return `must be ${wanted}, not ${isTold ? `"${input}"` : kindOf(input)}`;
}

function kindOf(input: unknown): string {
  if (input === null) return 'nothing';
  return (Array.isArray(input) ? KINDS['array'] : KINDS[typeof input]) ?? typeof input;
}

function ofChoice(values: readonly string[], input: unknown): string {
  const wanted = `must be ${either(values)}`;
  if (typeof input !== 'string') return wanted;
  const near = nearestName(input, values);
  return `${wanted}, not "${input}"${near === undefined ? '' : `; is ${near} meant?`}`;
}

function ofLimit(origin: string, side: string, limit: number | bigint): string {
  if (origin === 'string') return limit === 1 ? 'must not be empty' : `must have ${side} ${limit} characters`;
  if (origin === 'array') return `must have ${side} ${limit} entries`;
  return `must be ${side} ${limit}`;
}

/** Each way that was open, without what came instead. */
function ofSeveral(ways: readonly (readonly z.core.$ZodIssue[])[]): string | undefined {
  const words = ways.flatMap(
    ([first]) => first?.message.replace(/^must be /u, '').replace(/(, not |; ).*$/u, '') ?? [],
  );
  return words.length === 0 ? undefined : `must be ${words.join(', or ')}`;
}
