// node test/mutation/run.mjs [Stryker arguments]: breaks the engine, one small change at a time, and reports what no
// test noticed.
import { ensureDependencies, runTypeScript } from '../support/install/dependencies.mjs';

await ensureDependencies();
await runTypeScript('test/mutation/main.ts', process.argv.slice(2));
