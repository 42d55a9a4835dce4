import { runNode } from '../support/childProcess';
import { assertNode } from '../support/install/dependencies.mjs';
import { packageScript } from '../support/paths';

async function main(args: readonly string[]): Promise<void> {
  assertNode();
  process.exitCode = await runNode([packageScript('@stryker-mutator/core/bin/stryker.js'), 'run', ...args]);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
