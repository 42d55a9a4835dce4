import { createRequire } from 'node:module';
import path from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import type * as engineSource from '../../src/engine/createEngine';
import type * as sdkSource from 'openai';
import { out, root } from '../support/paths';

const load = createRequire(__filename);
const script = path.join(out, 'bench/engine.js');

/** Bundles the engine and the SDK with the options of the production build into one file that can be required. */
export async function buildEngine(): Promise<void> {
  const { extension } = load(path.join(root, 'esbuild.js')) as { readonly extension: BuildOptions };
  const contents = "export * from './src/engine/createEngine'; export { OpenAI } from 'openai';";
  await build({
    ...{ stdin: { contents, resolveDir: root }, outfile: script, bundle: true, minify: true, logLevel: 'warning' },
    ...{ platform: 'node', format: 'cjs', plugins: extension.plugins ?? [] },
  });
}

/** Builds the production bundle, so that the shipped code is measured. */
export function loadEngine(): Pick<typeof engineSource, 'createEngine'> & Pick<typeof sdkSource, 'OpenAI'> {
  return load(script) as ReturnType<typeof loadEngine>;
}
