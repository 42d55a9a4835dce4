import { runNode } from '../support/childProcess';
import { packageScript } from '../support/paths';

async function main(args: readonly string[]): Promise<void> {
  process.exitCode = await runNode([packageScript('@stryker-mutator/core/bin/stryker.js'), 'run', ...args]);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
