import { posix } from 'node:path';
import ts from 'typescript';
import type { SourceFile } from './source-files.ts';

export interface Import {
  readonly from: string;
  readonly line: number;
  /** A path from the project's root, a package's name, or `node:…`. */
  readonly target: string;
  readonly kind: 'file' | 'package' | 'built-in';
  /** `import type` and the like: checked by the compiler, loaded by nobody. */
  readonly typeOnly: boolean;
}

/** Everything a file imports, exports from elsewhere, loads with `import()` or `require`, or takes a type from. */
export function readImports({ path, text }: SourceFile): Import[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports: Import[] = [];
  const visit = (node: ts.Node): void => {
    const found = importOf(node);
    if (found) imports.push(describe(path, source, node, found));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return imports;
}

interface Found {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

function importOf(node: ts.Node): Found | undefined {
  if (ts.isImportDeclaration(node)) {
    const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return found(node.moduleSpecifier, typeOnly);
  }
  if (ts.isExportDeclaration(node)) return found(node.moduleSpecifier, node.isTypeOnly);
  if (ts.isImportTypeNode(node))
    return ts.isLiteralTypeNode(node.argument) ? found(node.argument.literal, true) : undefined;
  return ts.isCallExpression(node) && loadsModule(node) ? found(node.arguments[0], false) : undefined;
}

function loadsModule({ expression }: ts.CallExpression): boolean {
  return expression.kind === ts.SyntaxKind.ImportKeyword || expression.getText() === 'require';
}

function found(node: ts.Node | undefined, typeOnly: boolean): Found | undefined {
  return node && ts.isStringLiteralLike(node) ? { specifier: node.text, typeOnly } : undefined;
}

function describe(
  path: string,
  source: ts.SourceFile,
  node: ts.Node,
  { specifier, typeOnly }: Found,
): Import {
  const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
  return { from: path, line, typeOnly, ...resolve(path, specifier) };
}

function resolve(from: string, specifier: string): Pick<Import, 'kind' | 'target'> {
  if (specifier.startsWith('.')) {
    const path = posix.join(posix.dirname(from), specifier);
    return { kind: 'file', target: path.replace(/\.js$/, '.ts') };
  }
  if (specifier.startsWith('node:')) return { kind: 'built-in', target: specifier };
  const levels = specifier.startsWith('@') ? 2 : 1;
  return { kind: 'package', target: specifier.split('/').slice(0, levels).join('/') };
}
