import type { Finding } from './finding.ts';

const MARKS: Readonly<Record<Finding['state'], string>> = {
  good: '✓',
  untried: '?',
  doubtful: '!',
  bad: '✗',
};

const HOW_TO_START = 'Start it with "picam", or for good with "sudo picam service install".';

/** For people: a line a finding, and below it, each on a line of its own, what to do. */
export function reportText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ about }) => about.length));
  const margin = `  ${' '.repeat(width)}  `;
  const lines = findings.flatMap(({ about, state, found, remedy }) => {
    const [first = '', ...others] = found.split('\n');
    return [
      `${MARKS[state]} ${about.padEnd(width)}  ${first}`,
      ...others.map((line) => `${margin}  ${line}`),
      ...(remedy?.split('\n') ?? []).map((step) => `${margin}→ ${step}`),
    ];
  });
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
  if (bad > 0) return `Picam cannot work like this: ${bad} to mend (✗). Then type "picam doctor" again.`;
  const verdict = doubtful > 0 ? `Picam can work; ${doubtful} to look at (!).` : 'All is well.';
  return `${verdict} ${HOW_TO_START}`;
}
