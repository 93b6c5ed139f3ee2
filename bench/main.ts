import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { benchFanOut, FLOOR } from './fan-out.ts';
import { summarize } from './results.ts';
import { drawTable } from './table.ts';

const program = new Command('bench')
  .description(
    'Measures how fast Picam is. Figures of one run can be compared with each other, not with those of another machine.',
  )
  .option('--quick', 'few viewers and short runs: less than two minutes', false)
  .option('--json <file>', 'also write the results to this file')
  .parse();

const { quick, json } = program.opts<{ quick: boolean; json?: string }>();
const results = summarize(await benchFanOut({ quick, progress: (line) => console.error(line) }));
console.log(
  '\nfan-out: one stream of 2 Mbit/s to n viewers; median (least–most) of all runs, and × the floor\n',
);
console.log(drawTable(results, FLOOR));
if (json !== undefined) await writeFile(json, `${JSON.stringify(results, null, 2)}\n`);
