// node test/run.mjs [check] [lint] [unit] [host] [e2e] [-- mocha arguments]
import { ensureDependencies, runScript } from './support/install/dependencies.mjs';

await ensureDependencies();
await runScript('test/support/run/main.ts', process.argv.slice(2));
