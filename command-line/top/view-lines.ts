import { cameraPage } from './camera-page.ts';
import { fleetTable } from './fleet-table.ts';
import type { CameraReading } from './fleet-watch.ts';

/** One camera that was asked for by its name has a page of its own. */
export function viewLines(
  readings: readonly CameraReading[],
  only: string | undefined,
  columns: number,
): string[] {
  const [first] = readings;
  const lines = only !== undefined && first ? cameraPage(first) : fleetTable(readings, columns);
  return lines.map(withoutControls);
}

/** Whatever cameras say must not move somebody's cursor. */
export function withoutControls(line: string): string {
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  return line.replaceAll(/[\u0000-\u001f\u007f-\u009f]/gu, '?');
}
