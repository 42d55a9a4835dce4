import { createRequire } from 'node:module';
import path from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import type * as engineSource from '../../src/engine/createEngine';
import type * as sdkSource from 'openai';
import { out, root } from '../support/paths';
import { extension, pages, textFiles } from '../support/productionBuild';

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

/**
 * Bundles all benches into one file of plain JavaScript, because a TypeScript loader would slow down every measured
 * `require`.
 * @returns the path of the file
 */
export async function buildBenches(): Promise<string> {
  const outfile = path.join(out, 'bench/one.js');
  await build({
    entryPoints: [path.join(root, 'test/bench/one.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    packages: 'external',
    logLevel: 'warning',
    // Code that the benches don't run uses parts of VS Code's API that the replacement lacks.
    logOverride: { 'import-is-undefined': 'silent', 'empty-import-meta': 'error' },
    plugins: [textFiles],
    alias: { vscode: path.join(root, 'test/bench/vscodeOfHost.ts') },
  });
  return outfile;
}

/**
 * Bundles the script of a page with the plugins of the production build.
 * @param contents the script, whose imports are relative to `test/bench`
 * @param external packages that the bundle does not contain
 * @returns the bundle
 */
export async function bundleForPage(contents: string, external: readonly string[]): Promise<string> {
  const { platform, format, target, plugins } = pages;
  const { outputFiles } = await build({
    platform,
    format,
    target,
    plugins,
    bundle: true,
    stdin: { contents, resolveDir: path.join(root, 'test/bench') },
    minify: true,
    write: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    external: [...external],
  });
  return outputFiles.map(({ text }) => text).join('');
}

/** Loads the bundles. The engine is the shipped code. */
export function loadEngine(): Pick<typeof engineSource, 'createEngine'> & Pick<typeof sdkSource, 'OpenAI'> {
  return { ...load(script), ...load(sdk) } as ReturnType<typeof loadEngine>;
}
