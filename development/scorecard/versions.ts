type Version = readonly [major: number, minor: number, patch: number];

/** Whether a version is in a range such as ">=4.1.0" or "^22.9.0 || ^24.0.0"; the package needs no other forms. */
export function isInRange(version: string, range: string): boolean {
  return range.split('||').some((part) => fits(parse(version), part.trim()));
}

/** The least version that a range allows, when that is of the form ">=22.9". */
export function leastVersionOf(range: string): string {
  return parse(range.replace(/^>=\s*/u, '')).join('.');
}

function fits(version: Version, part: string): boolean {
  const [, operator = '', text = ''] = /^(>=|\^)\s*(\d+(?:\.\d+){0,2})$/u.exec(part) ?? [];
  if (operator === '') throw new Error(`The range "${part}" is of a form that is not known here.`);
  const least = parse(text);
  return !isBefore(version, least) && (operator === '>=' || version[0] === least[0]);
}

function parse(text: string): Version {
  const [major = 0, minor = 0, patch = 0] = text.split('.').map(Number);
  return [major, minor, patch];
}

function isBefore(one: Version, other: Version): boolean {
  const place = one.findIndex((number, at) => number !== other[at]);
  return place !== -1 && (one[place] ?? 0) < (other[place] ?? 0);
}
