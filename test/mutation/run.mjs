// node test/mutation/run.mjs [Stryker arguments] runs mutation tests of the engine and reports the mutants that no test
// killed.
import { ensureDependencies, runScript } from '../support/install/dependencies.mjs';

await ensureDependencies();
await runScript('test/mutation/main.ts', process.argv.slice(2));
