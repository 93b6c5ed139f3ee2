// Names the test files that failed in jest's JSON report, one a line; none where too many failed for chance.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** More than these are no accident of a busy machine. */
const MOST_FILES = 5;

const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const failed = testResults.filter(({ status }) => status === 'failed');
if (failed.length <= MOST_FILES) for (const { name } of failed) console.log(relative('.', name));
