import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { build, type BuildOptions, type Metafile } from 'esbuild';
import { root } from '../support/paths';

const { extension } = createRequire(__filename)('../../esbuild.js') as { readonly extension: BuildOptions };

type Outputs = Metafile['outputs'];

/** Returns the modules that are loaded together with a bundle, because it or its static imports contain them. */
function modulesLoadedWith(outputs: Outputs, bundle: string): readonly string[] {
  const loaded = new Set([bundle]);
  for (const name of loaded) {
    for (const { path, kind } of outputs[name]?.imports ?? []) {
      if (kind === 'import-statement' && path in outputs) loaded.add(path);
    }
  }
  return [...loaded].flatMap((name) => Object.keys(outputs[name]?.inputs ?? {}));
}

describe('bundles of the extension', () => {
  let outputs: Outputs = {};

  before(async () => {
    const result = await build({ ...extension, absWorkingDir: root, sourcemap: false, write: false, metafile: true });
    outputs = result.metafile.outputs;
  });

  it('consist of two to six files', () => {
    const names = Object.keys(outputs);
    assert.ok(names.length >= 2 && names.length <= 6, names.join(', '));
  });

  it('do not contain a module twice', () => {
    const modules = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));
    assert.deepEqual(
      modules.filter((module, index) => modules.indexOf(module) !== index),
      [],
    );
  });

  it('load neither app.ts nor dependencies at startup', () => {
    const entry = Object.keys(outputs).find((name) => outputs[name]?.entryPoint === 'src/extension.ts') ?? '';
    const atStart = modulesLoadedWith(outputs, entry);
    assert.ok(atStart.includes('src/extension.ts'));
    assert.deepEqual(
      atStart.filter((module) => /\/app\.ts$|node_modules/.test(module)),
      [],
    );
  });
});
