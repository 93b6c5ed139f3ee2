import { readdirSync, readlinkSync } from 'node:fs';

/** How many files a process has open, by kind: `socket`, `pipe`, `anon_inode:…`, or the path of a file. */
export function openFiles(pid: number): Readonly<Record<string, number>> {
  const folder = `/proc/${pid}/fd`;
  const kinds = readdirSync(folder).flatMap((name) => kindOf(`${folder}/${name}`) ?? []);
  return Object.fromEntries(
    [...Map.groupBy(kinds, (kind) => kind)].map(([kind, all]) => [kind, all.length]).sort(),
  ) as Record<string, number>;
}

/** Undefined for one that was closed meanwhile. */
function kindOf(link: string): string | undefined {
  try {
    return readlinkSync(link).replace(/^(socket|pipe):.*$/u, '$1');
  } catch {
    return undefined;
  }
}
