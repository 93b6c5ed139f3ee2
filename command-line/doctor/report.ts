import type { Finding } from './finding.ts';

const MARKS: Readonly<Record<Finding['state'], string>> = { good: '✓', doubtful: '!', bad: '✗' };

/** For people: one line a finding, and below it what to do. */
export function reportText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ about }) => about.length));
  const lines = findings.flatMap(({ about, state, found, remedy }) => [
    `${MARKS[state]} ${about.padEnd(width)}  ${found}`,
    ...(remedy === undefined ? [] : [`  ${' '.repeat(width)}  → ${remedy}`]),
  ]);
  return `${[...lines, '', summary(findings)].join('\n')}\n`;
}

export function reportJson(findings: readonly Finding[]): string {
  return `${JSON.stringify({ ok: isWell(findings), findings }, null, 2)}\n`;
}

/** True when nothing keeps Picam from working. */
export function isWell(findings: readonly Finding[]): boolean {
  return findings.every(({ state }) => state !== 'bad');
}

function summary(findings: readonly Finding[]): string {
  const bad = findings.filter(({ state }) => state === 'bad').length;
  const doubtful = findings.filter(({ state }) => state === 'doubtful').length;
  if (bad > 0) return `Picam cannot work like this: ${bad} to mend (✗).`;
  return doubtful > 0 ? `Picam can work; ${doubtful} to look at (!).` : 'All is well.';
}
