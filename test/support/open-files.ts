import { readdirSync, readlinkSync } from 'node:fs';

/** What a process has open, each as its kind: `socket`, `pipe`, `anon_inode:…`, or the path of a file. */
export function openFiles(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((name) => kindOf(`${folder}/${name}`) ?? []);
}

/** Undefined for one that was closed meanwhile. */
function kindOf(link: string): string | undefined {
  try {
    return readlinkSync(link).replace(/^(socket|pipe):.*$/u, '$1');
  } catch {
    return undefined;
  }
}
