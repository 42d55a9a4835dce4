import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(__dirname, '../..');

interface StrykerConfig {
  readonly mochaOptions: { readonly spec: readonly string[]; readonly ignore: readonly string[] };
  readonly ignorePatterns: readonly string[];
}

/** Returns the files and all files that they import with relative paths. */
function withImports(files: readonly string[]): ReadonlySet<string> {
  const found = new Set(files);
  for (const file of found) {
    for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
      const target = [`${specifier}.ts`, specifier].map((name) => join(dirname(file), name)).find(existsSync);
      if (target !== undefined) found.add(target);
    }
  }
  return found;
}

/** Returns a pattern for the paths that an ignore pattern such as `/docs/**\/*.png` or `*.vsix` excludes. */
function ignored(pattern: string): RegExp {
  const source = pattern.replace(/^\//, '').replaceAll('.', '\\.').replaceAll('**/', '(?:.+/)?');
  return new RegExp(`^${source.replace(/(?<![+.])\*/g, '[^/]*')}(?:/|$)`);
}

describe('folder in which the mutation tests run', () => {
  it('contains every document that the engine tests read', async () => {
    const module = (await import(pathToFileURL(join(root, 'stryker.config.mjs')).href)) as { default: StrykerConfig };
    const { mochaOptions, ignorePatterns } = module.default;
    const specs = globSync([...mochaOptions.spec], { cwd: root, exclude: [...mochaOptions.ignore] });
    const documents = [...withImports(specs.map((name) => join(root, name)))]
      .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/\b(?:docs|media|l10n)\/[\w./-]+\.\w+/g)])
      .map(([path]) => path)
      .filter((path) => existsSync(join(root, path)));
    assert.ok(documents.includes('docs/faults.md'));
    const patterns = ignorePatterns.map(ignored);
    const missing = documents.filter((path) => patterns.some((pattern) => pattern.test(path)));
    assert.deepEqual(missing, []);
  });
});
