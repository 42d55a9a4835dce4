import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';

const root = join(__dirname, '..', '..');

/** A file of `src`, or what else an import names: `vscode`, `node:fs`, a package. */
interface Import {
  readonly from: string;
  readonly to: string;
}

function filesIn(folder: string): readonly string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.ts')).map((name) => join(folder, name));
}

/** Static and dynamic imports, re-exports, types and `require`, as the compiler sees them. */
function importsOf(file: string): readonly Import[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), 'utf8'), true, true);
  return importedFiles.map(({ fileName: to }) => ({
    from: file,
    to: to.startsWith('.') ? normalize(join(dirname(file), to)) : to,
  }));
}

const importsIn = (folder: string): readonly Import[] => filesIn(folder).flatMap(importsOf);

interface Layer {
  readonly folder: string;
  /** Everything else is an offence. */
  readonly mayImport: RegExp;
  readonly sentence: string;
}

const layers: readonly Layer[] = [
  {
    folder: 'src/core',
    mayImport: /^(src\/core\/|openai$|eventsource-parser$)/,
    sentence: 'core knows nobody but the SDK and the SSE parser',
  },
  { folder: 'src/demo', mayImport: /^(src\/demo\/|node:)/, sentence: 'the demo knows Node alone' },
  {
    folder: 'src/webview',
    mayImport:
      /^(src\/webview\/|src\/(protocol|panelState|fenceWord|faultWords)$|markdown-it(\/|$)|lowlight$|highlight\.js(\/|$))/,
    sentence: 'the webview reaches the rest through the protocol, what is kept of a page and the words for both sides',
  },
  {
    folder: 'src/host',
    mayImport: /^(?!src\/(webview\/|extension$)|openai|markdown-it)/,
    sentence: 'the host imports no webview and leaves the SDK to core',
  },
];

describe('the layers', () => {
  for (const { folder, mayImport, sentence } of layers) {
    it(`hold: ${sentence}`, () => {
      const imports = importsIn(folder);
      assert.ok(imports.length > 0);
      assert.deepEqual(
        imports.filter(({ to }) => !mayImport.test(to)),
        [],
      );
    });
  }

  it('hold: the protocol is types and pure data of core, and of what is kept of a page', () => {
    const imports = importsOf('src/protocol.ts');
    assert.ok(imports.length > 0);
    assert.deepEqual(
      imports.filter(({ to }) => !/^src\/(core\/|panelState$)/.test(to)),
      [],
    );
  });

  it('hold: what is kept of a page imports nobody', () => assert.deepEqual(importsOf('src/panelState.ts'), []));

  it('see every kind of import', () => {
    const text =
      "import a from './a'; import type { B } from './b'; export * from './c'; void import('./d'); require('./e');";
    const seen = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
    assert.deepEqual(seen.sort(), ['./a', './b', './c', './d', './e']);
  });

  it('hold at run time: the engine loads, SDK and all, where there is no editor', () => {
    const script = `
      let editor = 'there';
      try { require('vscode'); } catch { editor = 'not there'; }
      const { createEngine } = require('./src/core/createEngine.ts');
      const { RequestBuilder } = require('./src/core/sdk.ts');
      console.log([editor, typeof createEngine, typeof RequestBuilder].join());
    `;
    const said = execFileSync(process.execPath, ['--require', 'tsx/cjs', '--eval', script], {
      cwd: root,
      encoding: 'utf8',
    });
    assert.equal(said.trim(), 'not there,function,function');
  });
});
