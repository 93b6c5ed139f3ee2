import { writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import type { Bench, BenchContext } from './bench.ts';
import { BENCHES } from './benches.ts';
import { endWithChildren } from './end-with-children.ts';
import { describeMachine } from './machine.ts';
import { whatToInstall } from './needs.ts';
import { writePlots } from './plots/write-plots.ts';
import { summarize, type Result } from './results.ts';
import { drawTable } from './table.ts';
import { judgeTargets } from './targets.ts';

interface Options {
  readonly quick: boolean;
  readonly plots: boolean;
  readonly json?: string;
  readonly only?: readonly string[];
}

const names = BENCHES.map(({ name }) => name);
const program = new Command('bench')
  .description(
    'Measures how fast Picam is. Figures of one run can be compared with each other, not with those of another machine.',
  )
  .addOption(new Option('--only <names...>', 'only these').choices(names))
  .option('--quick', 'few viewers and short runs: all of it in less than two minutes', false)
  .option('--json <file>', 'also write the results to this file')
  .option('--plots', 'also draw the results as docs/bench-*.svg', false)
  .parse();

endWithChildren();
await main(program.opts<Options>());

async function main({ quick, plots, json, only }: Options): Promise<void> {
  const chosen = BENCHES.filter(({ name, onlyWhenNamed }) => only?.includes(name) ?? onlyWhenNamed !== true);
  const results: Result[] = [];
  for (const bench of chosen) {
    const missing = whatToInstall(bench.needs ?? []);
    if (missing.length > 0) {
      console.log(`\n${bench.name} is left out: it needs ${missing.join(' and ')}`);
      continue;
    }
    const found = await runOne(bench, { quick, progress: (line) => console.error(line) });
    results.push(...found);
    if (plots) for (const file of await writePlots(bench, found)) console.error(`drew ${file}`);
    // After each, so that hours of measuring are not lost with the last.
    if (json !== undefined) await writeFile(json, `${JSON.stringify(results, null, 2)}\n`);
  }
  console.log(`\n${describeMachine()}`);
}

async function runOne(bench: Bench, context: BenchContext): Promise<Result[]> {
  const { name, title, unitOfN, reference, targets = [] } = bench;
  const measurements = await bench.run(context);
  const results = summarize(name, measurements, reference);
  console.log(`\n${name}: ${title}`);
  console.log(
    `Median (least–most) of all runs, and how many times that of "${reference}" in the same run.\n`,
  );
  console.log(drawTable(results, unitOfN, reference));
  const verdicts = judgeTargets(targets, measurements);
  if (verdicts.length > 0) console.log(`\n${verdicts.join('\n')}`);
  return results;
}
