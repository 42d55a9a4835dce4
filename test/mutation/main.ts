import { globSync } from 'node:fs';
import { runNode } from '../support/childProcess';
import { packageScript, root } from '../support/paths';

async function main(args: readonly string[]): Promise<void> {
  const chosen = args.includes('--mutate') ? (args[args.indexOf('--mutate') + 1] ?? '').split(',') : [];
  // A pattern may begin with `!` and end with a range of lines.
  const files = (pattern: string): readonly string[] => globSync(pattern.replaceAll(/^!|:\d.*$/g, ''), { cwd: root });
  const unmatched = chosen.filter((pattern) => files(pattern).length === 0);
  if (unmatched.length > 0) throw new Error(`No file matches ${unmatched.join(', ')}.`);
  process.exitCode = await runNode([packageScript('@stryker-mutator/core/bin/stryker.js'), 'run', ...args]);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
