import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { finding, type Finding } from './finding.ts';
import { nodeDefinitions } from './node-definitions.ts';
import { isInRange, leastVersionOf } from './versions.ts';

/** Counted are the keys of `dependencies` alone: 95 % of all packages in the library have no more. */
const MOST_DEPENDENCIES = 6;
/** Known not to work within Node-RED, each below a version. */
const INCOMPATIBLE: ReadonlyMap<string, string> = new Map([['agent-base', '6.0.0']]);

export interface Manifest {
  readonly name: string;
  readonly license?: string;
  readonly repository?: object;
  readonly bugs?: object;
  readonly keywords?: readonly string[];
  readonly engines?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly 'node-red': { readonly version?: string; readonly nodes: Readonly<Record<string, string>> };
}

export interface Scored {
  /** The package's folder. */
  readonly folder: string;
  /** The editor's half of each node, in that folder. */
  readonly editorFiles: readonly string[];
  readonly manifest: Manifest;
  /** The Node-RED versions that it has to work on, newest first, with the Node that each needs. */
  readonly nodeRed: readonly { readonly version: string; readonly node: string }[];
  /** Every package that comes with it, and its version. */
  readonly installed: ReadonlyMap<string, string>;
}

/**
 * What the flow library's scorecard looks at, without what needs the library itself: whether another package has a similar
 * name or a node of the same type, and whether all dependencies are the newest.
 */
export function score(scored: Scored): Finding[] {
  return [...scorePackage(scored), ...scoreNodes(scored), ...scoreDependencies(scored)];
}

function scorePackage({ manifest, nodeRed }: Scored): Finding[] {
  const { name, license, repository, bugs, keywords = [], engines = {} } = manifest;
  const range = manifest['node-red'].version;
  const [newest] = nodeRed;
  const least = leastVersionOf(newest?.node ?? '');
  return [
    finding('P01', license !== undefined, `the licence is ${license ?? 'not said'}`),
    finding('P03', (repository ?? bugs) !== undefined, 'repository or bugs are said'),
    finding('P04', /^@[a-z\d][\w.-]+\/[a-z\d][\w.-]*$/u.test(name), `"${name}" has a scope`),
    finding('P05', keywords.includes('node-red'), 'the keywords have node-red'),
    ...nodeRed.map(({ version }) =>
      finding(
        'P06',
        range !== undefined && isInRange(version, range),
        `Node-RED ${version} is in "${range ?? ''}"`,
      ),
    ),
    finding(
      'P07',
      isInRange(least, engines['node'] ?? ''),
      `Node ${least}, the oldest that Node-RED runs on, is in "${engines['node'] ?? ''}"`,
    ),
  ];
}

function scoreNodes({ folder, editorFiles }: Scored): Finding[] {
  const definitions = editorFiles.flatMap((file) => nodeDefinitions(join(folder, file)));
  const unreadable = definitions.filter((one) => one.unreadable.length > 0);
  const types = definitions.map(({ type }) => type);
  const examples = readdirSync(join(folder, 'examples')).filter((name) => name.endsWith('.json'));
  const used = examples.flatMap((name) => typesIn(join(folder, 'examples', name)));
  const missing = definitions.filter(({ type, category }) => category !== 'config' && !used.includes(type));
  return [
    finding(
      'N00',
      definitions.length > 0 && unreadable.length === 0,
      `the editor's definitions of ${definitions.length} nodes are written out${listed(unreadable.map(({ type }) => type))}`,
    ),
    finding('N01', new Set(types).size === types.length, 'each node has a type of its own'),
    finding(
      'N02',
      missing.length === 0,
      `each node is in one of ${examples.length} examples${listed(missing.map(({ type }) => type))}`,
    ),
  ];
}

function scoreDependencies({ manifest, installed }: Scored): Finding[] {
  const count = Object.keys(manifest.dependencies ?? {}).length;
  const incompatible = [...INCOMPATIBLE].filter(([name, version]) => {
    const found = installed.get(name);
    return found !== undefined && !isInRange(found, `>=${version}`);
  });
  return [
    finding('D01', count <= MOST_DEPENDENCIES, `${count} dependencies, at most ${MOST_DEPENDENCIES}`),
    finding(
      'D02',
      incompatible.length === 0,
      `none of ${installed.size} packages is known not to work${listed(incompatible.map(([name]) => name))}`,
    ),
  ];
}

function typesIn(flow: string): string[] {
  return (JSON.parse(readFileSync(flow, 'utf8')) as { readonly type: string }[]).map(({ type }) => type);
}

function listed(names: readonly string[]): string {
  return names.length > 0 ? `, but not ${names.join(', ')}` : '';
}
