import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/**
 * A CommonJS package with all that it needs as one script for a browser, which sets a global variable to it.
 *
 * @param emptied names of packages of which nothing is used; in their place is nothing.
 */
export function bundleForBrowser(name: string, variable: string, emptied: readonly string[] = []): string {
  const modules = new Map<string, string>();
  const entry = add(createRequire(import.meta.url).resolve(name), emptied, modules);
  const table = [...modules].map(
    ([path, text]) => `${JSON.stringify(path)}: (module, exports, require) => {${text}\n}`,
  );
  return `{
    const modules = {${table.join(',\n')}};
    const loaded = {};
    const load = (path) => {
      if (!modules[path]) return {};
      if (!loaded[path]) {
        loaded[path] = { exports: {} };
        modules[path](loaded[path], loaded[path].exports, load);
      }
      return loaded[path].exports;
    };
    globalThis.${variable} = load(${JSON.stringify(entry)});
  }`;
}

/** What is required is named by its path from then on. @returns the path. */
function add(path: string, emptied: readonly string[], modules: Map<string, string>): string {
  if (modules.has(path)) return path;
  modules.set(path, '');
  const { resolve } = createRequire(path);
  const text = readFileSync(path, 'utf8').replace(/\brequire\("([^"]+)"\)/gu, (_, name: string) =>
    // A slash at the end asks for the package where Node has a module of the same name.
    emptied.includes(name)
      ? '({})'
      : `require(${JSON.stringify(add(resolve(`${name}/`), emptied, modules))})`,
  );
  modules.set(path, text);
  return path;
}
