import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** A node's registration in the editor, as the flow library reads it: it does not run the script. */
export interface NodeDefinition {
  readonly type: string;
  readonly category: string;
  /** Properties that it cannot read, because they are not written out in place. */
  readonly unreadable: readonly string[];
}

const WRITTEN_OUT = ['category', 'color', 'icon', 'inputs', 'outputs'];

/** Every node that an editor file registers. */
export function nodeDefinitions(htmlFile: string): NodeDefinition[] {
  const html = readFileSync(htmlFile, 'utf8');
  const scripts = [...html.matchAll(/<script.+?type=['"]text\/javascript['"].*?>([\s\S]*?)<\/script>/giu)];
  return scripts.flatMap(([, script = '']) => registrations(script));
}

function registrations(script: string): NodeDefinition[] {
  const found: NodeDefinition[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isRegistration(node.expression)) found.push(readRegistration(node));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('editor.js', script, ts.ScriptTarget.Latest, true));
  return found;
}

function isRegistration(called: ts.Expression): boolean {
  return ts.isPropertyAccessExpression(called) && called.name.text === 'registerType';
}

function readRegistration({ arguments: [type, definition] }: ts.CallExpression): NodeDefinition {
  if (!type || !ts.isStringLiteral(type)) return { type: '?', category: '', unreadable: ['type'] };
  if (!definition || !ts.isObjectLiteralExpression(definition))
    return { type: type.text, category: '', unreadable: ['definition'] };
  const properties = new Map(
    definition.properties.flatMap((one) =>
      ts.isPropertyAssignment(one) ? [[one.name.getText(), one.initializer] as const] : [],
    ),
  );
  const isUnreadable = ([name, value]: readonly [string, ts.Expression]) =>
    name === 'defaults'
      ? !ts.isObjectLiteralExpression(value)
      : WRITTEN_OUT.includes(name) && !isLiteral(value);
  const category = properties.get('category');
  return {
    type: type.text,
    category: category && ts.isStringLiteral(category) ? category.text : '',
    unreadable: [...properties].filter(isUnreadable).map(([name]) => name),
  };
}

function isLiteral(value: ts.Expression): boolean {
  return ts.isStringLiteral(value) || ts.isNumericLiteral(value);
}
