import type { Configuration } from '../configuration-schema.ts';
import { diagnose } from './diagnose.ts';
import { examine } from './examine.ts';
import { isWell, reportJson, reportText } from './report.ts';

/** Prints what it found; true when nothing keeps Picam from working. */
export async function consultDoctor(configuration: Configuration, asJson: boolean): Promise<boolean> {
  const findings = diagnose(await examine(configuration));
  process.stdout.write(asJson ? reportJson(findings) : reportText(findings));
  return isWell(findings);
}
