import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

const { lazyChunks } = createRequire(__filename)('../../esbuild.js') as {
  readonly lazyChunks: Readonly<Record<string, string>>;
};
const root = resolve(__dirname, '../..');
const sources = new Map<string, ts.SourceFile>();

function parsed(file: string): ts.SourceFile {
  const known = sources.get(file);
  if (known) return known;
  const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
  sources.set(file, source);
  return source;
}

/** Returns the names of the values that a file imports from other files of this project, each with its file. */
function valueImports(file: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const statement of parsed(file).statements) {
    const from =
      ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement) ? statement.moduleSpecifier : undefined;
    if (!from || !ts.isStringLiteral(from) || !from.text.startsWith('.')) continue;
    const target = `${join(dirname(file), from.text)}.ts`;
    if (!existsSync(join(root, target))) continue;
    if (ts.isExportDeclaration(statement)) {
      if (!statement.isTypeOnly) found.set(`export ${target}`, target);
      continue;
    }
    const clause = (statement as ts.ImportDeclaration).importClause;
    if (
      !clause ||
      clause.phaseModifier === ts.SyntaxKind.TypeKeyword ||
      !clause.namedBindings ||
      !ts.isNamedImports(clause.namedBindings)
    )
      continue;
    for (const { name, isTypeOnly } of clause.namedBindings.elements) if (!isTypeOnly) found.set(name.text, target);
  }
  return found;
}

/** Returns all files of a bundle. A file that is imported dynamically begins a bundle of its own. */
function filesOf(entry: string): ReadonlySet<string> {
  const files = new Set([entry]);
  for (const file of files) for (const target of valueImports(file).values()) files.add(target);
  return files;
}

describe('a class that is checked with instanceof', () => {
  const bundles = Object.entries({ extension: 'src/extension.ts', ...lazyChunks }).map(
    ([name, entry]) => [name, filesOf(entry)] as const,
  );

  it('is in only one bundle, because each bundle would have its own copy of the class', () => {
    const offences: string[] = [];
    for (const name of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts') || name.startsWith('webview')) continue;
      const file = join('src', name);
      const imports = valueImports(file);
      const visit = (node: ts.Node): void => {
        if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword) {
          const origin = imports.get(node.right.getText());
          const holders = origin === undefined ? [] : bundles.filter(([, files]) => files.has(origin));
          if (holders.length > 1) offences.push(`${file}: ${node.getText()} (${holders.map(([id]) => id).join(', ')})`);
        }
        ts.forEachChild(node, visit);
      };
      visit(parsed(file));
    }
    assert.deepEqual(offences, []);
  });
});
