// npm run simulate [-- crowds | tutorial] runs in virtual time: `crowds` simulates many clients of a gateway that fails, and
// writes docs/simulation.md; `tutorial` compares a retry loop from tutorials with the engine, and writes the tables of
// docs/retry-and-resume*.md.
import { ensureDependencies, runScript } from '../support/install/dependencies.mjs';

await ensureDependencies();
await runScript('test/simulate/main.ts', process.argv.slice(2));
