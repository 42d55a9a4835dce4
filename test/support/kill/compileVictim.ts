import path from 'node:path';
import { build } from 'esbuild';
import { out, root } from '../paths';
import { textFiles } from '../productionBuild';

/** Returns the path at which a compiled victim is. */
export function victimPath(name: string): string {
  return path.join(out, 'kill', `${name}.cjs`);
}

/** Compiles a program of this folder, because compiling it at each start would take longer than the test. */
export async function compileVictim(name: string): Promise<void> {
  await build({
    entryPoints: [path.join(root, `test/support/kill/${name}.ts`)],
    outfile: victimPath(name),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    logLevel: 'silent',
    plugins: [textFiles],
  });
}
