// Bundles the tests that run inside the extension host, one file each, into out/test/integration.
import { build } from 'esbuild';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import esbuildConfig from '../../../esbuild.js';

const root = path.resolve(import.meta.dirname, '../../..');
const source = path.join(root, 'test/integration');
const outdir = path.join(root, 'out/test/integration');

rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: [
    path.join(source, 'index.ts'),
    ...readdirSync(source, { recursive: true })
      .filter((file) => file.endsWith('.test.ts'))
      .map((file) => path.join(source, file)),
  ],
  outbase: source,
  outdir,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  external: ['vscode', 'mocha'],
  sourcemap: 'linked',
  logLevel: 'warning',
  plugins: [esbuildConfig.textFiles],
});
// Copies the recorded streams, which tests read at run time from a path relative to their bundle.
cpSync(path.join(root, 'test/streams'), path.join(root, 'out/test/streams'), { recursive: true });
