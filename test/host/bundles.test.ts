import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build, type Metafile } from 'esbuild';
import { templateFor } from '../../src/engine/http/sdk';
import { root } from '../support/paths';
import { extension, pages } from '../support/productionBuild';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporaryFolder';

type Outputs = Metafile['outputs'];

describe('JavaScript bundle of the webview pages', () => {
  it('does not include the schemas that validate events', async () => {
    const { metafile } = await build({ ...pages, absWorkingDir: root, sourcemap: false, write: false, metafile: true });
    const modules = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
    assert.ok(modules.includes('src/engine/events/events.ts'));
    assert.ok(!modules.includes('src/engine/events/schemas.ts'));
  });
});

describe('JavaScript bundle of the extension', () => {
  let outputs: Outputs = {};

  before(async () => {
    const result = await build({ ...extension, absWorkingDir: root, sourcemap: false, write: false, metafile: true });
    outputs = result.metafile.outputs;
  });

  it('includes each module only once', () => {
    const modules = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));
    assert.deepEqual(
      modules.filter((module, index) => modules.indexOf(module) !== index),
      [],
    );
  });

  it('sends the same HTTP requests as the complete OpenAI SDK, although it includes only parts of the SDK', async () => {
    const { outputFiles } = await build({
      ...extension,
      absWorkingDir: root,
      sourcemap: false as const,
      write: false as const,
      entryPoints: ['src/engine/http/sdk.ts'],
      splitting: false,
      format: 'cjs' as const,
    });
    const file = path.join(temporaryFolder(), 'sdk.cjs');
    writeFileSync(file, outputFiles[0]!.text);
    const bundled = createRequire(__filename)(file) as { readonly templateFor: typeof templateFor };
    removeTemporaryFolder(path.dirname(file));
    const url = 'https://gateway.test/v1/chat/completions';
    const template = await bundled.templateFor(url);
    assert.equal(template.url, url);
    assert.deepEqual(template, await templateFor(url));
  });
});
