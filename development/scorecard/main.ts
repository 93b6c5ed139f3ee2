// Scores the package as the Node-RED flow library does: npm run scorecard
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { score, type Manifest } from './scorecard.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NODE_REDS = ['node-red', 'node-red-4'];

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
}

const manifest = readJson('package.json') as Manifest;
const findings = score({
  folder: ROOT,
  manifest,
  // As in the sources: the build copies these files as they are.
  editorFiles: Object.values(manifest['node-red'].nodes).map((path) =>
    path.replace(/^dist\//u, '').replace(/\.js$/u, '.html'),
  ),
  nodeRed: NODE_REDS.map((name) => {
    const { version, engines } = readJson('node_modules', name, 'package.json') as {
      version: string;
      engines: { node: string };
    };
    return { version, node: engines.node };
  }),
  installed: installedPackages(),
});
for (const { code, passed, words } of findings) console.log(`${passed ? 'pass' : 'FAIL'}  ${code}  ${words}`);
process.exitCode = findings.every(({ passed }) => passed) ? 0 : 1;

/** What a user gets, from the lock file. */
function installedPackages(): Map<string, string> {
  const { packages } = readJson('package-lock.json') as { packages: Record<string, LockedPackage> };
  const ofUsers = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  return new Map(
    ofUsers.map(([path, { version = '' }]) => [path.replace(/^.*node_modules\//u, ''), version]),
  );
}

function readJson(...path: string[]): unknown {
  return JSON.parse(readFileSync(join(ROOT, ...path), 'utf8'));
}
