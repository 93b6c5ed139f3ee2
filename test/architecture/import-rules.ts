import { readImports, type Import } from './imports.ts';
import { topFolder, type SourceFile, type Violation } from './source-files.ts';

const PRODUCTS = ['device', 'homebridge-plugin', 'node-red-nodes', 'web'];
const BELOW_CLIENT = ['contract', 'media', 'foundation'];
const WITH_CLIENT = [...BELOW_CLIENT, 'camera-client'];
const EVERY_PRODUCT_PART = [...WITH_CLIENT, ...PRODUCTS, 'command-line'];
const EVERYTHING = 'everything';

/** Which folders each folder may import, besides itself. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[] | typeof EVERYTHING>> = {
  contract: [],
  media: [],
  foundation: ['contract'],
  'camera-client': BELOW_CLIENT,
  device: BELOW_CLIENT,
  'homebridge-plugin': WITH_CLIENT,
  'node-red-nodes': ['contract', 'camera-client'],
  web: WITH_CLIENT,
  'command-line': [...WITH_CLIENT, ...PRODUCTS],
  development: [],
  demo: [...EVERY_PRODUCT_PART, 'development'],
  bench: [...EVERY_PRODUCT_PART, 'test'],
  examples: [],
  docs: [],
  test: EVERYTHING,
};

/** Code that computes and nothing else: no files, no network, no processes. */
const PURE_FOLDERS = new Set(['contract', 'media']);
const PURE_MODULES = new Set(['node:buffer', 'node:crypto', 'node:events', 'node:util', 'zod']);

const WERIFT_SEAMS = /^(device\/viewer-session\/|camera-client\/live-view|bench\/)/;
const NEVER_IN_NODE_RED = new Set(['werift', 'mqtt', 'aedes']);
/** They run in a browser. */
const PAGES = ['web/page/', 'homebridge-plugin/settings-page/public/'];

/** @param dependencies the packages that are installed with the product. */
export function checkImports(files: readonly SourceFile[], dependencies: ReadonlySet<string>): Violation[] {
  const imports = files.flatMap(readImports);
  const single = imports.flatMap((one) => checkOne(one, dependencies) ?? []);
  return [...single, ...checkNodeRedLoads(imports)];
}

function checkOne(one: Import, dependencies: ReadonlySet<string>): Violation | undefined {
  if (topFolder(one.from) === 'test') return undefined;
  if (one.kind === 'file') return checkFolder(one);
  return checkPurity(one) ?? checkWerift(one) ?? checkPage(one) ?? checkInstalled(one, dependencies);
}

function checkFolder(one: Import): Violation | undefined {
  const folder = topFolder(one.from);
  const allowed = MAY_IMPORT[folder] ?? [];
  const target = topFolder(one.target);
  const page = pageOf(one.from);
  if (page !== undefined && !one.target.startsWith(page) && !PURE_FOLDERS.has(target))
    return violation(one, `${page} runs in a browser and may import only itself, contract/ and media/`);
  if (target === folder || allowed === EVERYTHING || allowed.includes(target)) return undefined;
  const list = allowed.length > 0 ? `only itself, ${allowed.join(', ')}` : 'only itself';
  return violation(one, `${folder}/ may import ${list}`);
}

function checkPurity(one: Import): Violation | undefined {
  if (!PURE_FOLDERS.has(topFolder(one.from)) || PURE_MODULES.has(one.target)) return undefined;
  return violation(
    one,
    `${topFolder(one.from)}/ is pure and may import only ${[...PURE_MODULES].join(', ')}`,
  );
}

function checkWerift(one: Import): Violation | undefined {
  if (one.target !== 'werift' || WERIFT_SEAMS.test(one.from)) return undefined;
  return violation(one, 'werift stands behind device/viewer-session/ and camera-client/live-view*');
}

function checkPage(one: Import): Violation | undefined {
  const page = pageOf(one.from);
  if (page === undefined) return undefined;
  return violation(one, `${page} runs in a browser, which knows no packages`);
}

function pageOf(path: string): string | undefined {
  return PAGES.find((page) => path.startsWith(page));
}

function checkInstalled(one: Import, dependencies: ReadonlySet<string>): Violation | undefined {
  const isProduct = EVERY_PRODUCT_PART.includes(topFolder(one.from));
  if (!isProduct || one.kind !== 'package' || one.typeOnly || dependencies.has(one.target)) return undefined;
  return violation(
    one,
    'the product may load only what package.json installs with it (import type loads nothing)',
  );
}

/** Follows what Node-RED loads file by file, through whatever those files load. */
function checkNodeRedLoads(imports: readonly Import[]): Violation[] {
  const loads = imports.filter((one) => !one.typeOnly);
  const seen = new Set<string>();
  const follow = (path: string, chain: readonly string[]): Violation[] => {
    if (seen.has(path)) return [];
    seen.add(path);
    return loads
      .filter(({ from }) => from === path)
      .flatMap((one) => {
        const next = [...chain, one.target];
        if (one.kind === 'file') return follow(one.target, next);
        return NEVER_IN_NODE_RED.has(one.target) ? [loadViolation(next)] : [];
      });
  };
  const entries = loads.map(({ from }) => from).filter((path) => topFolder(path) === 'node-red-nodes');
  return entries.flatMap((path) => follow(path, [path]));
}

function loadViolation(chain: readonly string[]): Violation {
  return {
    where: chain[0] ?? '',
    found: `loads ${chain.slice(1).join(', which loads ')}`,
    rule: `Node-RED must load none of ${[...NEVER_IN_NODE_RED].join(', ')}`,
  };
}

function violation(one: Import, rule: string): Violation {
  return { where: `${one.from}:${one.line}`, found: `imports ${one.target}`, rule };
}
