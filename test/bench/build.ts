import { createRequire } from 'node:module';
import path from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import type * as engineSource from '../../src/engine/createEngine';
import type * as sdkSource from 'openai';
import { out, root } from '../support/paths';
import { extension } from '../support/productionBuild';

const load = createRequire(__filename);
const script = path.join(out, 'bench/engine.js');
const sdk = path.join(out, 'bench/sdk.js');

/**
 * Bundles the engine with the options of the production build, and the complete SDK, each into one file that can be
 * required.
 */
export async function buildEngine(): Promise<void> {
  const options: BuildOptions = { absWorkingDir: root, bundle: true, minify: true, platform: 'node', format: 'cjs' };
  const plugins = extension.plugins ?? [];
  await build({ ...options, entryPoints: ['src/engine/createEngine.ts'], outfile: script, plugins });
  await build({ ...options, stdin: { contents: "export { OpenAI } from 'openai';", resolveDir: root }, outfile: sdk });
}

/** Loads the bundles. The engine is the shipped code. */
export function loadEngine(): Pick<typeof engineSource, 'createEngine'> & Pick<typeof sdkSource, 'OpenAI'> {
  return { ...load(script), ...load(sdk) } as ReturnType<typeof loadEngine>;
}
