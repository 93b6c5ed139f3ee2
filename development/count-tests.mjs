// Sums up jest's JSON reports in one line: `N passed, N failed`. Of a file in several reports the last one counts.
// Exits with 1 when any failed or none ran.
import { readFileSync } from 'node:fs';

const { passed, failed } = count(process.argv.slice(2));
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function count(reports) {
  const files = new Map(reports.flatMap(resultsIn).map((result) => [result.name, result]));
  const sum = { passed: 0, failed: 0 };
  for (const { status, assertionResults } of files.values()) {
    const failed = assertionResults.filter((test) => test.status === 'failed').length;
    sum.passed += assertionResults.filter((test) => test.status === 'passed').length;
    // A file that could not even be loaded has no tests to count, and is a failure all the same.
    sum.failed += status === 'failed' ? Math.max(failed, 1) : 0;
  }
  return sum;
}

function resultsIn(report) {
  try {
    return JSON.parse(readFileSync(report, 'utf8')).testResults;
  } catch {
    return [];
  }
}
